package dev.codeintel.repo;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.Log;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Reading of the files in which git keeps rules about paths. */
final class RuleFile {

  private RuleFile() {}

  /**
   * Reads a file of rules, as text of one char a byte. One that is missing, a link (git does not
   * follow it either), or unreadable says nothing; one that is too long is cut behind a whole line.
   */
  static String text(Path file) {
    try {
      var attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return attributes.isRegularFile()
          ? text(file, Bytes.read(file, Limits.IGNORE_FILE_BYTES_MAX))
          : "";
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      return unreadable(file, e);
    }
  }

  /**
   * The same of a file of the work tree.
   *
   * @param path relative to the root
   */
  static String text(RootFolder root, String path) {
    try {
      return root.bytes(path, Limits.IGNORE_FILE_BYTES_MAX)
          .map(bytes -> text(path, bytes))
          .orElse("");
    } catch (IOException e) {
      return unreadable(path, e);
    }
  }

  /** The same of a file in a folder that is open. */
  static String text(OpenFolder folder, String name) {
    try (var file = folder.file(name, name)) {
      return text(folder + "/" + name, file.read(Limits.IGNORE_FILE_BYTES_MAX));
    } catch (NoSuchFileException | OpenFolder.NotRegular e) {
      return "";
    } catch (IOException e) {
      return unreadable(folder + "/" + name, e);
    }
  }

  private static String text(Object file, byte[] bytes) {
    var text = new String(bytes, StandardCharsets.ISO_8859_1);
    if (bytes.length <= Limits.IGNORE_FILE_BYTES_MAX) {
      return text;
    }
    Log.warning("Rule file cut", "path", file, "limit_bytes", Limits.IGNORE_FILE_BYTES_MAX);
    return text.substring(0, text.lastIndexOf('\n') + 1);
  }

  private static String unreadable(Object file, IOException e) {
    Log.warning("Rule file not readable", "path", file, "error", e.toString());
    return "";
  }
}
