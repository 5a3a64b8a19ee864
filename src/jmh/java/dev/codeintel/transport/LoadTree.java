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
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A repository under load: a file that never changes and of which all is known, others that stay as they are, some that
 * change, and some that come and go. One thread changes it, others ask about it.
 */
final class LoadTree {

  static final String FOLDER = "codeintel-load";
  static final String FIXED = FOLDER + "/Fixed.txt";
  static final int FIXED_LINES = 300;

  /** The lines of the fixed file that hold the marker, from 1. */
  static final List<Long> MARKED_LINES = Stream.iterate(1L, line -> line <= FIXED_LINES, line -> line + 20).toList();

  private static final int FILES_MAX = 400;
  private static final int FILE_BYTES_MAX = 256 << 10;
  private static final int CHANGING_FILES = 20;
  private static final int WORDS_MAX = 5_000;

  /** Half of them are there at any time, in the mean. */
  private static final List<String> COMING_AND_GOING =
      IntStream.range(0, 20).mapToObj((FOLDER + "/new/%d.java")::formatted).toList();

  /** More than a server keeps the vectors of. */
  private static final int QUERIES = 400;

  private static final Pattern WORD = Pattern.compile("[A-Za-z]{4,20}");

  /** A file of the clone. */
  record Text(String path, String text) {
    /** Not more than it has by anyone's count. */
    int lines() {
      return text.split("\n").length;
    }
  }

  /** A word that stands in the fixed file, and nowhere else. */
  final String marker;

  final String clonedCommit;
  final String fixedCommit;
  final List<String> words;
  final List<String> queries;

  /** Files that nobody changes. */
  final List<Text> steady;

  private final GitRepo repo;
  private final List<String> fixedLines;
  private final List<Text> changing;

  /** Takes a fresh clone, and commits files of its own to it. */
  LoadTree(Path root, Random random) throws IOException {
    repo = GitRepo.at(root);
    clonedCommit = repo.head();
    var texts = texts(random);
    changing = new ArrayList<>(texts.subList(0, CHANGING_FILES));
    steady = new ArrayList<>(texts.subList(CHANGING_FILES, texts.size()));
    words = words(texts, random);
    queries = phrases(QUERIES, random);
    marker = random.ints(16, 'a', 'z' + 1).mapToObj(Character::toString).collect(Collectors.joining());
    fixedLines = new ArrayList<>(phrases(FIXED_LINES, random));
    MARKED_LINES.forEach(line -> fixedLines.set(line.intValue() - 1, phrase(random) + " " + marker));
    repo.write(FIXED, fixed(1, FIXED_LINES));
    for (var i = 0; i < COMING_AND_GOING.size(); i += 2) {
      comeOrGo(COMING_AND_GOING.get(i), random);
    }
    fixedCommit = repo.commitAll("Add a file that never changes");
  }

  private List<Text> texts(Random random) throws IOException {
    var paths = new ArrayList<>(List.of(repo.git("ls-files", "-z").split("\0")));
    Collections.shuffle(paths, random);
    var texts = new ArrayList<Text>();
    for (var path : paths) {
      if (texts.size() == FILES_MAX) {
        break;
      }
      var text = text(repo.root().resolve(path));
      if (!text.isBlank() && text.indexOf('\0') < 0) {
        texts.add(new Text(path, text));
      }
    }
    if (texts.size() <= CHANGING_FILES) {
      throw new IOException("the clone has %d files of text; it takes more".formatted(texts.size()));
    }
    return texts;
  }

  /** Empty where it is too long or no text. */
  private static String text(Path file) throws IOException {
    try {
      var isTaken = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) <= FILE_BYTES_MAX;
      return isTaken ? Files.readString(file) : "";
    } catch (CharacterCodingException e) {
      return "";
    }
  }

  private static List<String> words(List<Text> texts, Random random) {
    var all = texts.stream().flatMap(text -> WORD.matcher(text.text()).results()).map(MatchResult::group);
    var words = all.distinct().collect(Collectors.toCollection(ArrayList::new));
    Collections.shuffle(words, random);
    return List.copyOf(words.subList(0, Math.min(words.size(), WORDS_MAX)));
  }

  private List<String> phrases(int count, Random random) {
    return Stream.generate(() -> phrase(random)).limit(count).toList();
  }

  private String phrase(Random random) {
    var length = 3 + random.nextInt(6);
    return Stream.generate(() -> any(words, random)).limit(length).collect(Collectors.joining(" "));
  }

  static <T> T any(List<T> some, Random random) {
    return some.get(random.nextInt(some.size()));
  }

  /** From now on asks about no file but these: those of {@code .codeintelignore} are not shown. */
  void keep(Collection<?> shown) {
    steady.removeIf(text -> !shown.contains(text.path()));
    changing.removeIf(text -> !shown.contains(text.path()));
  }

  /** The text of some lines of the fixed file. */
  String fixed(int first, int last) {
    return String.join("\n", fixedLines.subList(first - 1, last)) + "\n";
  }

  /** A file that may be another, or gone, by the time that it is asked for. */
  String moving(Random random) {
    return random.nextBoolean() ? any(COMING_AND_GOING, random) : any(changing, random).path();
  }

  /** Changes, adds or deletes a file, or commits; the tree stays about as large as it is. */
  LoadTree change(Random random) throws IOException {
    switch (random.nextInt(10)) {
      case 0, 1, 2, 3 -> {
        var file = any(changing, random);
        repo.write(file.path(), "%s\n// %s\n".formatted(file.text(), phrase(random)));
      }
      case 4, 5, 6, 7 -> comeOrGo(any(COMING_AND_GOING, random), random);
      default -> repo.commitAll("Change some files");
    }
    return this;
  }

  private void comeOrGo(String path, Random random) throws IOException {
    if (!Files.deleteIfExists(repo.root().resolve(path))) {
      repo.write(path, String.join("\n", phrases(10 + random.nextInt(60), random)));
    }
  }
}
