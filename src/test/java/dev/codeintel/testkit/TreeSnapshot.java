package dev.codeintel.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Every name below some folders, with kind, times and content: two are equal when nothing was
 * touched in between.
 */
public final class TreeSnapshot {

  private TreeSnapshot() {}

  public static SortedMap<String, String> of(Path... folders) {
    var all = new TreeMap<String, String>();
    for (var folder : folders) {
      try (var paths = Files.walk(folder)) {
        for (var path : (Iterable<Path>) paths::iterator) {
          all.put(path.toString(), describe(path));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return all;
  }

  private static String describe(Path path) throws IOException {
    var modified = Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS);
    if (Files.isSymbolicLink(path)) {
      return "link " + modified + " " + Files.readSymbolicLink(path);
    }
    return Files.isRegularFile(path)
        ? "file "
            + modified
            + " "
            + new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1)
        : "other " + modified;
  }
}
