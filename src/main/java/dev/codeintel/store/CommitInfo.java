package dev.codeintel.store;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a commit of a view says of itself, in Lucene's user data: the one truth of what a reader may
 * believe.
 *
 * @param generation counts the commits of a view, from 1
 * @param identity of the embedder
 * @param root the work tree
 * @param head the commit that was checked out; absent without one
 * @param startedMillis when the run that made it began; a file modified later than shortly before
 *     is looked at again
 * @param listed whether every file of the work tree is in it
 * @param ordinals the first ordinal that was never given, at the time
 * @param blocks name and checksum of every block whose vectors it may use
 * @param files files that are in it
 * @param skipped files that are not in it, by reason; and chunks that the model refused
 */
public record CommitInfo(
    long generation,
    String identity,
    String root,
    Optional<String> head,
    long startedMillis,
    boolean listed,
    int ordinals,
    Set<String> blocks,
    int files,
    Map<String, Integer> skipped) {

  /** Under what name the chunks are counted among the skipped that the model refused. */
  public static final String REFUSED = "refused-by-model";

  /** Chunks that shall have no vector, since the model refused them. */
  public int refused() {
    return skipped.getOrDefault(REFUSED, 0);
  }

  static CommitInfo of(Map<String, String> data) {
    return new CommitInfo(
        Long.parseLong(data.getOrDefault("generation", "0")),
        data.getOrDefault("identity", ""),
        data.getOrDefault("root", ""),
        Optional.ofNullable(data.get("head")).filter(head -> !head.isEmpty()),
        Long.parseLong(data.getOrDefault("started", "0")),
        Boolean.parseBoolean(data.get("listed")),
        Integer.parseInt(data.getOrDefault("ordinals", "0")),
        new TreeSet<>(list(data.getOrDefault("blocks", ""))),
        Integer.parseInt(data.getOrDefault("files", "0")),
        skipped(data.getOrDefault("skipped", "")));
  }

  Map<String, String> data() {
    var data = new HashMap<String, String>();
    data.put("generation", Long.toString(generation));
    data.put("identity", identity);
    data.put("root", root);
    data.put("head", head.orElse(""));
    data.put("started", Long.toString(startedMillis));
    data.put("listed", Boolean.toString(listed));
    data.put("ordinals", Integer.toString(ordinals));
    data.put("blocks", String.join(" ", blocks));
    data.put("files", Integer.toString(files));
    data.put(
        "skipped",
        skipped.entrySet().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .collect(Collectors.joining(" ")));
    return data;
  }

  private static Set<String> list(String words) {
    return Arrays.stream(words.split(" "))
        .filter(word -> !word.isEmpty())
        .collect(Collectors.toSet());
  }

  private static Map<String, Integer> skipped(String words) {
    var skipped = new TreeMap<String, Integer>();
    for (var word : list(words)) {
      var equals = word.indexOf('=');
      skipped.put(word.substring(0, equals), Integer.valueOf(word.substring(equals + 1)));
    }
    return skipped;
  }
}
