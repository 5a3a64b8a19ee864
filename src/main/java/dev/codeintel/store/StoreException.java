package dev.codeintel.store;

import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;

/** The index on disk cannot be read or written. */
public final class StoreException extends CodeintelException {

  private static final long serialVersionUID = 1L;

  private StoreException(ErrorCode code, String message, Throwable cause) {
    super(code, message, cause);
  }

  static StoreException full(Path folder) {
    return new StoreException(
        ErrorCode.INTERNAL,
        "%s has given all its ordinals. Delete the folder; the next index run makes it anew."
            .formatted(folder),
        null);
  }

  static StoreException damaged(Path file, String finding) {
    return new StoreException(
        ErrorCode.INDEX_DAMAGED,
        "%s: %s. Run codeintel index --full to repair the index, and check the disk."
            .formatted(file, finding),
        null);
  }

  /** What Lucene threw: bytes that are not what it wrote, or a read or write that failed. */
  static StoreException of(Path folder, Exception cause) {
    return switch (cause) {
      case CorruptIndexException _,
          IndexFormatTooNewException _,
          IndexFormatTooOldException _,
          EOFException _,
          FileNotFoundException _,
          NoSuchFileException _,
          IllegalArgumentException _ ->
          damaged(folder, cause.toString());
      case IOException failed -> io(folder, failed);
      default -> throw new IllegalStateException(cause);
    };
  }

  /** A read or write failed: full disk, missing permission, failing hardware. */
  public static StoreException io(Path file, IOException cause) {
    return new StoreException(
        ErrorCode.INTERNAL,
        "%s cannot be read or written (%s). Check free space and permissions there."
            .formatted(file, cause),
        cause);
  }
}
