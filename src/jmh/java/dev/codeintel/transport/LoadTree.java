package dev.codeintel.transport;

import dev.codeintel.testkit.GitRepo;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A repository under load: a file that never changes and of which all is known, others that stay as
 * they are, and some that come, change and go. One thread changes it, others ask about it.
 */
final class LoadTree {

  static final String FOLDER = "codeintel-load";
  static final String FIXED = FOLDER + "/Fixed.txt";
  static final int FIXED_LINES = 300;

  /** Every so many lines of the fixed file hold the marker. */
  static final int MARKED_EVERY = 20;

  private static final int FILES_MAX = 400;
  private static final int FILE_BYTES_MAX = 256 << 10;
  private static final int CHANGED_FILES = 20;
  private static final int ADDED_FILES_MAX = 40;
  private static final int WORDS_MAX = 5_000;

  /** More than a server keeps the vectors of. */
  private static final int QUERIES = 400;

  private static final Pattern WORD = Pattern.compile("[A-Za-z]{4,20}");

  /** A word that stands in the fixed file, and nowhere else. */
  final String marker;

  final String clonedCommit;
  final String fixedCommit;

  private final GitRepo repo;
  private final List<String> fixedLines;
  private final Map<String, Integer> steady = new LinkedHashMap<>();
  private final Map<String, String> changed = new LinkedHashMap<>();
  private final List<String> added = new CopyOnWriteArrayList<>();
  private final List<String> words;
  private final List<String> queries;
  private int changes;

  /** Commits the fixed file to a clone that was made for this. */
  LoadTree(Path root, Random random) throws IOException {
    repo = GitRepo.at(root);
    clonedCommit = repo.head();
    var texts = texts(random);
    words = words(texts.values(), random);
    queries = phrases(QUERIES, random);
    marker = random.ints(16, 'a', 'z' + 1).mapToObj(Character::toString).collect(Collectors.joining());
    for (var text : texts.entrySet()) {
      if (changed.size() < CHANGED_FILES) {
        changed.put(text.getKey(), text.getValue());
      } else {
        steady.put(text.getKey(), (int) text.getValue().lines().count());
      }
    }
    fixedLines = phrases(FIXED_LINES, random);
    for (var i = 0; i < FIXED_LINES; i += MARKED_EVERY) {
      fixedLines.set(i, fixedLines.get(i) + " " + marker);
    }
    repo.write(FIXED, fixed(1, FIXED_LINES));
    fixedCommit = repo.commitAll("Add a file that never changes");
  }

  private Map<String, String> texts(Random random) throws IOException {
    var paths = new ArrayList<>(List.of(repo.git("ls-files", "-z").split("\0")));
    Collections.shuffle(paths, random);
    var texts = new LinkedHashMap<String, String>();
    for (var path : paths) {
      if (texts.size() < FILES_MAX) {
        text(repo.root().resolve(path)).ifPresent(text -> texts.put(path, text));
      }
    }
    if (texts.size() <= CHANGED_FILES) {
      throw new IOException("the clone has %d files of text; it takes more".formatted(texts.size()));
    }
    return texts;
  }

  private static Optional<String> text(Path file) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > FILE_BYTES_MAX) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readString(file)).filter(text -> !text.isBlank() && text.indexOf('\0') < 0);
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static List<String> words(Collection<String> texts, Random random) {
    var found = new LinkedHashSet<String>();
    texts.forEach(text -> WORD.matcher(text).results().map(MatchResult::group).forEach(found::add));
    var all = new ArrayList<>(found);
    Collections.shuffle(all, random);
    return all.subList(0, Math.min(all.size(), WORDS_MAX));
  }

  private List<String> phrases(int count, Random random) {
    return IntStream.range(0, count).mapToObj(_ -> phrase(random)).collect(Collectors.toCollection(ArrayList::new));
  }

  private String phrase(Random random) {
    return IntStream.range(0, 3 + random.nextInt(6)).mapToObj(_ -> word(random)).collect(Collectors.joining(" "));
  }

  /** From now on asks about no file but these: those of {@code .codeintelignore} are not shown. */
  void keep(Collection<?> shown) {
    steady.keySet().retainAll(shown);
    changed.keySet().retainAll(shown);
  }

  /** The text of some lines of the fixed file. */
  String fixed(int first, int last) {
    return String.join("\n", fixedLines.subList(first - 1, last)) + "\n";
  }

  String word(Random random) {
    return words.get(random.nextInt(words.size()));
  }

  String query(Random random) {
    return queries.get(random.nextInt(queries.size()));
  }

  /** A file that nobody changes, with how many lines it has. */
  Map.Entry<String, Integer> steady(Random random) {
    return List.copyOf(steady.entrySet()).get(random.nextInt(steady.size()));
  }

  /** A file that may be another, or gone, by the time that it is asked for. */
  String moving(Random random) {
    var all = new ArrayList<>(changed.keySet());
    all.addAll(added);
    return all.get(random.nextInt(all.size()));
  }

  /** Changes, adds or deletes a file, or commits; the tree stays about as large as it is. */
  void change(Random random) throws IOException {
    changes++;
    switch (random.nextInt(10)) {
      case 0, 1, 2, 3 -> {
        var file = List.copyOf(changed.entrySet()).get(random.nextInt(changed.size()));
        repo.write(file.getKey(), "%s\n// %s\n".formatted(file.getValue(), phrase(random)));
      }
      case 4, 5, 6 -> {
        var path = "%s/new/%d.java".formatted(FOLDER, changes);
        repo.write(path, String.join("\n", phrases(10 + random.nextInt(60), random)));
        added.add(path);
      }
      case 7 -> {
        if (!added.isEmpty()) {
          Files.delete(repo.root().resolve(added.removeFirst()));
        }
      }
      default -> repo.commitAll("Change " + changes);
    }
    if (added.size() > ADDED_FILES_MAX) {
      Files.delete(repo.root().resolve(added.removeFirst()));
    }
  }
}
