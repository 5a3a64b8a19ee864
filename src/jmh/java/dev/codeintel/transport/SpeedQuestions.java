package dev.codeintel.transport;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.Progress;
import dev.codeintel.repo.Workspace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Searches of a repository for words of its own, the same in each run; clients take turns. */
final class SpeedQuestions {

  private static final int FILES_MAX = 300;
  private static final int KNOWN = 100;
  private static final Pattern WORD = Pattern.compile("[A-Za-z]{5,20}");

  private final List<String> words;
  private final AtomicInteger asked = new AtomicInteger();
  private final Map<String, String> answers = new ConcurrentHashMap<>();

  SpeedQuestions(Path root) throws IOException {
    var found = new LinkedHashSet<String>();
    try (var workspace = Workspace.open(root)) {
      var files = workspace.list(CancelToken.create(), Progress.NONE).files();
      for (var i = 0; i < files.size(); i += 1 + files.size() / FILES_MAX) {
        var text = Files.readString(root.resolve(files.get(i).path()), StandardCharsets.ISO_8859_1);
        WORD.matcher(text).results().map(MatchResult::group).forEach(found::add);
      }
    }
    words = List.copyOf(found);
  }

  /** One of a hundred; whoever asks it again must be told the same. */
  SpeedRun.Ask known(SpeedClient client, String mode) {
    return () -> {
      var query = phrase(asked.getAndIncrement() % KNOWN);
      var answer = search(client, query, mode);
      var first = answers.putIfAbsent(mode + " " + query, answer);
      if (first != null && !first.equals(answer)) {
        throw new IllegalStateException("%s has another answer than before".formatted(query));
      }
    };
  }

  /** One that was not asked before. */
  SpeedRun.Ask fresh(SpeedClient client, String mode) {
    return () -> search(client, phrase(KNOWN + asked.getAndIncrement()), mode);
  }

  private static String search(SpeedClient client, String query, String mode) throws IOException {
    var answer = client.ask(SpeedClient.call("semantic_search", Map.of("query", query, "mode", mode)));
    if (!answer.contains("\"findings\":[{") || answer.contains("\"notes\":[\"Ranked by words alone")) {
      throw new IllegalStateException("%s found nothing, or not so: %.500s".formatted(query, answer));
    }
    return answer;
  }

  private String phrase(int number) {
    return new SplittableRandom(number)
        .ints(3, 0, words.size())
        .mapToObj(words::get)
        .collect(Collectors.joining(" "));
  }
}
