package dev.codeintel.store;

import java.io.IOException;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.NumericDocValues;

/**
 * The file documents of one segment. Read by column: stored fields lie in blocks with the texts of
 * chunks, and every run reads all files. For one thread, forwards.
 */
final class FileColumns {

  private final NumericDocValues sizes;
  private final NumericDocValues modified;
  private final BinaryDocValues states;

  FileColumns(LeafReader leaf) throws IOException {
    sizes = DocValues.getNumeric(leaf, Fields.SIZE);
    modified = DocValues.getNumeric(leaf, Fields.MODIFIED);
    states = DocValues.getBinary(leaf, Fields.FILE_STATE);
  }

  /** The next document that is a file's. */
  int next() throws IOException {
    return states.nextDoc();
  }

  /**
   * The file of a document that {@link #next} gave, or that a query for {@link Fields#FILE} found.
   */
  FileState read(int doc) throws IOException {
    if (states.docID() < doc) {
      states.advanceExact(doc);
    }
    if (!sizes.advanceExact(doc) || !modified.advanceExact(doc)) {
      throw new IllegalStateException("document " + doc + " is no file");
    }
    return FileState.of(states.binaryValue(), sizes.longValue(), modified.longValue());
  }
}
