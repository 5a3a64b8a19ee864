package dev.codeintel.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A small repository whose history is as odd as git allows, made up from a seed: several first
 * commits, merges of any commits with any others, of up to four at once and some that change what
 * they merge, empty commits, equal dates and dates out of order; files that are edited, moved,
 * copied, deleted and created anew, that become links, submodules and folders and back again, and
 * whose names are no UTF-8. Its last commit merges all others.
 */
public final class TangledHistory {

  private static final List<String> FOLDERS = List.of("", "a/", "a/b/", "c/", "\u00fcber/");
  private static final List<String> NAMES = List.of("x", "y", "z.txt", "\u00e4", "b");

  private final Random random;
  private final ByteArrayOutputStream input = new ByteArrayOutputStream();
  private final List<Map<String, Item>> states = new ArrayList<>();

  /** What lies under a path: the bytes of each char of the path are one byte of it in git. */
  private record Item(String mode, String content) {}

  private TangledHistory(Random random) {
    this.random = random;
  }

  /**
   * @param folder empty, or missing
   * @return a repository without a work tree's files; {@code main} is the last commit
   */
  public static GitRepo in(Path folder, Random random, int commits) {
    var history = new TangledHistory(random);
    for (var at = 0; at < commits; at++) {
      history.commit(at, at == commits - 1);
    }
    var repo = GitRepo.init(folder);
    try {
      var file = Files.createTempFile("history", ".fast-import");
      try {
        Files.write(file, history.input.toByteArray());
        repo.gitReading(file, "fast-import", "--quiet");
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return repo;
  }

  /** All that may be a file, a folder or nothing; each char is one byte. */
  public static List<String> paths() {
    var paths = new ArrayList<>(List.of("a", "a/b", "c", "\u00fcber", "never", "a/b/x/y"));
    FOLDERS.forEach(folder -> NAMES.forEach(name -> paths.add(folder + name)));
    return paths;
  }

  private void commit(int number, boolean last) {
    var parents = parents(number, last);
    var files = new TreeMap<String, Item>();
    for (var parent : parents) {
      for (var file : states.get(parent).entrySet()) {
        if (parents.getFirst() == parent || random.nextInt(3) == 0) {
          put(files, file.getKey(), file.getValue());
        }
      }
    }
    if (parents.size() < 2 || random.nextInt(3) == 0) {
      for (var change = random.nextInt(4); change > 0; change--) {
        change(files);
      }
    }
    states.add(files);
    var date = 1_600_000_000 + number / 3 * 60 + (random.nextInt(8) == 0 ? random.nextInt(900) : 0);
    print(
        "commit refs/heads/%s\nmark :%d\ncommitter C <c@x> %d +0000\ndata 1\nm\n"
            .formatted(last ? "main" : "c" + number, number + 1, date));
    for (var parent : parents) {
      print((parent.equals(parents.getFirst()) ? "from" : "merge") + " :" + (parent + 1) + "\n");
    }
    print("deleteall\n");
    files.forEach(this::print);
  }

  private List<Integer> parents(int number, boolean last) {
    var parents = new ArrayList<Integer>();
    if (last) {
      for (var at = number - 1; at >= 0 && parents.size() < 12; at--) {
        parents.add(at);
      }
    } else if (number > 0 && random.nextInt(12) != 0) {
      var count = random.nextInt(3) != 0 ? 1 : 2 + random.nextInt(3);
      for (var at = 0; at < count; at++) {
        var parent = number - 1 - random.nextInt(Math.min(number, 6));
        if (!parents.contains(parent)) {
          parents.add(parent);
        }
      }
    }
    return parents;
  }

  private void change(Map<String, Item> files) {
    var path =
        FOLDERS.get(random.nextInt(FOLDERS.size())) + NAMES.get(random.nextInt(NAMES.size()));
    var known = new ArrayList<>(files.keySet());
    var other = known.isEmpty() ? path : known.get(random.nextInt(known.size()));
    var there = files.getOrDefault(other, new Item("100644", text(6)));
    switch (random.nextInt(10)) {
      case 0 -> files.remove(other);
      case 1 -> put(files, path, there);
      case 2, 3 -> {
        files.remove(other);
        put(files, path, random.nextBoolean() ? there : edited(there));
      }
      case 4 -> put(files, path, new Item("120000", "target"));
      case 5 -> put(files, path, new Item("160000", "%040x".formatted(1 + random.nextInt(3))));
      case 6 -> put(files, path, new Item("100755", there.content()));
      case 7 -> put(files, path, new Item("100644", text(2 + random.nextInt(9))));
      default -> put(files, other, edited(there));
    }
  }

  /** A folder gives way to a file, and a file to a folder. */
  private static void put(Map<String, Item> files, String path, Item item) {
    files.keySet().removeIf(one -> one.startsWith(path + "/") || path.startsWith(one + "/"));
    files.put(path, item);
  }

  private Item edited(Item item) {
    if (!item.mode().startsWith("100")) {
      return item;
    }
    var lines = new ArrayList<>(List.of(item.content().split("(?<=\n)")));
    lines.set(random.nextInt(lines.size()), text(1));
    return new Item(item.mode(), String.join("", lines));
  }

  private String text(int lines) {
    var text = new StringBuilder();
    for (var at = 0; at < lines; at++) {
      text.append("line ").append(random.nextInt(200)).append('\n');
    }
    return text.toString();
  }

  private void print(String path, Item item) {
    if (item.mode().equals("160000")) {
      print("M 160000 %s %s\n".formatted(item.content(), path));
    } else {
      print(
          "M %s inline %s\ndata %d\n%s\n"
              .formatted(item.mode(), path, item.content().length(), item.content()));
    }
  }

  private void print(String text) {
    input.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
