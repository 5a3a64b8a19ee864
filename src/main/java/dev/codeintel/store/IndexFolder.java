package dev.codeintel.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Where the index of a repository and an embedder lies: {@code repos/<repository>/<embedder>/} with
 * the vectors of all its work trees in {@code vectors/} and a view a work tree in {@code
 * views/<id>/}.
 */
public record IndexFolder(Path path) {

  private static final int IDENTITY_DIGITS = 16;

  /** Names the folder and creates it, readable by its owner alone. */
  public static IndexFolder create(Path dataDirectory, String repositoryId, String identity) {
    var digest = VectorKey.of(identity, "").text().substring(0, IDENTITY_DIGITS);
    var folder =
        new IndexFolder(dataDirectory.resolve("repos").resolve(repositoryId).resolve(digest));
    createPrivate(folder.path);
    hide(dataDirectory);
    return folder;
  }

  /** A data folder may lie in a work tree; indexing it would change it, without end. */
  private static void hide(Path dataDirectory) {
    var rules = dataDirectory.resolve(".gitignore");
    try {
      if (!Files.exists(rules)) {
        Files.writeString(rules, "*\n");
      }
    } catch (IOException e) {
      throw StoreException.io(rules, e);
    }
  }

  /** The vectors of every work tree. */
  public Path vectors() {
    return createPrivate(path.resolve("vectors"));
  }

  /** The index of one work tree. */
  public Path view(String viewId) {
    return createPrivate(path.resolve("views").resolve(viewId));
  }

  private static Path createPrivate(Path folder) {
    var onlyOwner =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    try {
      return Files.createDirectories(folder, onlyOwner);
    } catch (IOException e) {
      throw StoreException.io(folder, e);
    }
  }
}
