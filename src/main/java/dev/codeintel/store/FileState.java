package dev.codeintel.store;

import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.util.BytesRef;

/**
 * What a view knows of a file, so that an unchanged one is not read again.
 *
 * @param path relative, with {@code /}
 * @param size bytes
 * @param modifiedNanos time of last modification since the epoch
 * @param sha256 of the bytes in the work tree
 * @param language id, empty when unknown
 * @param skipped why it has no chunks, such as {@code binary}; empty for a file that is indexed
 */
public record FileState(
    String path, long size, long modifiedNanos, String sha256, String language, String skipped) {

  /** In no path: a name cannot hold it. */
  private static final String SEPARATOR = "\0";

  /** Whether the file looks, from outside, as it did. */
  public boolean looksLike(long otherSize, long otherModifiedNanos) {
    return size == otherSize && modifiedNanos == otherModifiedNanos;
  }

  Document document() {
    var document = new Document();
    document.add(new StringField(Fields.PATH, path, Field.Store.NO));
    document.add(new StringField(Fields.FILE, path, Field.Store.NO));
    document.add(new NumericDocValuesField(Fields.SIZE, size));
    document.add(new NumericDocValuesField(Fields.MODIFIED, modifiedNanos));
    var state = String.join(SEPARATOR, path, sha256, language, skipped);
    document.add(new BinaryDocValuesField(Fields.FILE_STATE, new BytesRef(state)));
    return document;
  }

  /** Reads back what {@link #document} made. */
  static FileState of(BytesRef state, long size, long modifiedNanos) {
    var parts = state.utf8ToString().split(SEPARATOR, -1);
    return new FileState(parts[0], size, modifiedNanos, parts[1], parts[2], parts[3]);
  }
}
