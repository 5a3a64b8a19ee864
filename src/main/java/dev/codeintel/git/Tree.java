package dev.codeintel.git;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;

/**
 * The entries of a tree object, in git's order: for each its mode in octal, a space, its name, a
 * NUL, and the twenty bytes of an id. Belongs to one thread.
 */
final class Tree {

  private final byte[] bytes;
  private int nameStart;
  private int nameEnd;
  private int mode;

  /**
   * @param bytes canonical form of a tree; kept, not changed
   */
  Tree(byte[] bytes) {
    this.bytes = bytes;
    this.nameEnd = -1 - Constants.OBJECT_ID_LENGTH;
  }

  /** What has the given name. */
  static Optional<TreeEntry> find(byte[] bytes, byte[] name) throws IOException {
    var tree = new Tree(bytes);
    while (tree.next()) {
      if (tree.isNamed(name)) {
        return Optional.of(tree.entry());
      }
    }
    return Optional.empty();
  }

  /** Steps to the next entry; false behind the last. */
  boolean next() throws IOException {
    var at = nameEnd + 1 + Constants.OBJECT_ID_LENGTH;
    if (at == bytes.length) {
      return false;
    }
    mode = 0;
    for (; at < bytes.length && bytes[at] != ' '; at++) {
      mode = mode << 3 | bytes[at] & 7;
    }
    nameStart = at + 1;
    nameEnd = nameStart;
    while (nameEnd < bytes.length && bytes[nameEnd] != 0) {
      nameEnd++;
    }
    if (nameEnd + Constants.OBJECT_ID_LENGTH >= bytes.length) {
      throw new CorruptObjectException("a tree ends within an entry");
    }
    return true;
  }

  byte[] name() {
    return Arrays.copyOfRange(bytes, nameStart, nameEnd);
  }

  private boolean isNamed(byte[] name) {
    return Arrays.equals(bytes, nameStart, nameEnd, name, 0, name.length);
  }

  /**
   * Where this entry stands beside one of another tree in git's order, in which a folder's name
   * ends with a slash; zero when both have one name and both or neither are folders.
   */
  int compareTo(Tree other) {
    var length = Math.min(nameEnd - nameStart, other.nameEnd - other.nameStart);
    var order =
        Arrays.compareUnsigned(
            bytes,
            nameStart,
            nameStart + length,
            other.bytes,
            other.nameStart,
            other.nameStart + length);
    return order != 0 ? order : letter(length) - other.letter(length);
  }

  private int letter(int at) {
    if (nameStart + at < nameEnd) {
      return bytes[nameStart + at] & 0xff;
    }
    return FileMode.TREE.equals(mode) ? '/' : 0;
  }

  TreeEntry entry() {
    return new TreeEntry(mode, ObjectId.fromRaw(bytes, nameEnd + 1));
  }
}
