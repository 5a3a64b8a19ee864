package dev.codeintel.store;

import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;

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

  /** Whether the file looks, from outside, as it did. */
  public boolean looksLike(long otherSize, long otherModifiedNanos) {
    return size == otherSize && modifiedNanos == otherModifiedNanos;
  }

  Document document() {
    var document = new Document();
    document.add(new StringField(Fields.PATH, path, Field.Store.NO));
    document.add(new StringField(Fields.FILE, path, Field.Store.YES));
    document.add(new NumericDocValuesField(Fields.SIZE, size));
    document.add(new NumericDocValuesField(Fields.MODIFIED, modifiedNanos));
    document.add(new StoredField(Fields.SHA256, sha256));
    document.add(new StoredField(Fields.FILE_LANGUAGE, language));
    document.add(new StoredField(Fields.SKIPPED, skipped));
    return document;
  }

  /** Reads back what {@link #document} stored. */
  static FileState of(Document stored, long size, long modifiedNanos) {
    return new FileState(
        stored.get(Fields.FILE),
        size,
        modifiedNanos,
        stored.get(Fields.SHA256),
        stored.get(Fields.FILE_LANGUAGE),
        stored.get(Fields.SKIPPED));
  }
}
