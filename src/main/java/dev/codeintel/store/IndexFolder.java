package dev.codeintel.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * Where the index of a repository and an embedder lies: {@code repos/<repository>/<embedder>/} with
 * the vectors of all its work trees in {@code vectors/} and a view a work tree in {@code
 * views/<id>/}.
 */
public record IndexFolder(Path path) {

  private static final int IDENTITY_DIGITS = 16;

  private static final String VECTORS = "vectors";

  private static IndexFolder of(Path dataDirectory, String repositoryId, String identity) {
    var digest = VectorKey.of(identity, "").text().substring(0, IDENTITY_DIGITS);
    return new IndexFolder(dataDirectory.resolve("repos").resolve(repositoryId).resolve(digest));
  }

  /** Where vectors lie already, for those who only look; creates nothing. */
  public static Optional<Path> findVectors(
      Path dataDirectory, String repositoryId, String identity) {
    var vectors = of(dataDirectory, repositoryId, identity).path.resolve(VECTORS);
    return Files.isDirectory(vectors) ? Optional.of(vectors) : Optional.empty();
  }

  /** Names the folder and creates it, readable by its owner alone. */
  public static IndexFolder create(Path dataDirectory, String repositoryId, String identity) {
    var folder = of(dataDirectory, repositoryId, identity);
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
    return createPrivate(path.resolve(VECTORS));
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
