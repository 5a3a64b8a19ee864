package dev.codeintel.git;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A path as git keeps it: bytes, joined by {@code /}, in no particular encoding. Immutable. */
final class GitPath {

  private final byte[] bytes;

  /** Made when it is first asked for; threads that ask at once make equal ones. */
  private List<GitPath> names = List.of();

  /** Likewise; a file of many regions must not hold its name as often. */
  private String text = "";

  private GitPath(byte[] bytes) {
    this.bytes = bytes;
  }

  static GitPath of(String path) {
    return new GitPath(path.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * @param bytes not kept
   */
  static GitPath of(byte[] bytes) {
    return new GitPath(bytes.clone());
  }

  /** A name below this folder. */
  GitPath child(byte[] name) {
    if (isRoot()) {
      return of(name);
    }
    var joined = Arrays.copyOf(bytes, bytes.length + 1 + name.length);
    joined[bytes.length] = '/';
    System.arraycopy(name, 0, joined, bytes.length + 1, name.length);
    return new GitPath(joined);
  }

  /** The folders that it lies in, the top one left out. */
  List<GitPath> folders() {
    var folders = new ArrayList<GitPath>();
    for (var i = 0; i < bytes.length; i++) {
      if (bytes[i] == '/') {
        folders.add(new GitPath(Arrays.copyOf(bytes, i)));
      }
    }
    return folders;
  }

  /** Whether this is the top folder: an empty path. */
  boolean isRoot() {
    return bytes.length == 0;
  }

  /** What stands behind the last {@code /}. */
  byte[] name() {
    return Arrays.copyOfRange(bytes, nameStart(), bytes.length);
  }

  /** Those of its folders, from the top one down, and its own; none for the root. */
  List<GitPath> names() {
    if (names.isEmpty() && !isRoot()) {
      var parts = new ArrayList<GitPath>();
      for (var start = 0; start <= bytes.length; ) {
        var end = start;
        while (end < bytes.length && bytes[end] != '/') {
          end++;
        }
        parts.add(new GitPath(Arrays.copyOfRange(bytes, start, end)));
        start = end + 1;
      }
      names = List.copyOf(parts);
    }
    return names;
  }

  /** Whether both have one name, in whatever folders. */
  boolean hasNameOf(GitPath other) {
    return Arrays.equals(
        bytes, nameStart(), bytes.length, other.bytes, other.nameStart(), other.bytes.length);
  }

  private int nameStart() {
    var at = bytes.length;
    while (at > 0 && bytes[at - 1] != '/') {
      at--;
    }
    return at;
  }

  /** The bytes themselves, which nobody may change. */
  byte[] bytes() {
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GitPath path && Arrays.equals(bytes, path.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** As UTF-8; what is none is replaced. */
  @Override
  public String toString() {
    if (text.isEmpty()) {
      text = new String(bytes, StandardCharsets.UTF_8);
    }
    return text;
  }
}
