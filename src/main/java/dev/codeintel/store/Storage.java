package dev.codeintel.store;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/**
 * The one door through which files of an index are created, so that a test can make every write
 * fail.
 */
@FunctionalInterface
public interface Storage {

  /** Files on disk. */
  Storage DISK = FSDirectory::open;

  /** Opens a folder, created when missing. */
  Directory open(Path folder) throws IOException;
}
