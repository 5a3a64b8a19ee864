package dev.codeintel.store;

import dev.codeintel.chunk.Chunk;
import java.util.Optional;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.util.BytesRef;

/**
 * A chunk on its way into a view.
 *
 * @param chunk the chunk
 * @param key what its vector is known by; absent where nothing is embedded
 * @param ordinal its vector; {@link Fields#NO_ORDINAL} while it has none
 */
public record ChunkDocument(Chunk chunk, Optional<VectorKey> key, int ordinal) {

  /** How often a symbol's words count beside those of the text, from a measured weighting. */
  private static final int SYMBOL_REPEATS = 5;

  private static final FieldType TERMS_ONLY = termsOnly();

  private static FieldType termsOnly() {
    var type = new FieldType();
    type.setIndexOptions(IndexOptions.DOCS);
    type.setTokenized(true);
    type.setOmitNorms(true);
    type.freeze();
    return type;
  }

  Document document(FileState file) {
    var document = new Document();
    document.add(new StringField(Fields.PATH, file.path(), Field.Store.NO));
    document.add(new SortedDocValuesField(Fields.PATH_VALUE, new BytesRef(file.path())));
    document.add(new SortedDocValuesField(Fields.LANGUAGE, new BytesRef(file.language())));
    document.add(new NumericDocValuesField(Fields.START_LINE, chunk.startLine()));
    document.add(new NumericDocValuesField(Fields.END_LINE, chunk.endLine()));
    document.add(new NumericDocValuesField(Fields.START_BYTE, chunk.startByte()));
    document.add(new NumericDocValuesField(Fields.END_BYTE, chunk.endByte()));
    key.ifPresent(known -> document.add(new StringField(Fields.KEY, known.text(), Field.Store.NO)));
    document.add(new NumericDocValuesField(Fields.ORDINAL, ordinal));
    document.add(new StoredField(Fields.TEXT, chunk.text()));
    chunk.symbol().ifPresent(symbol -> document.add(new StoredField(Fields.SYMBOL, symbol)));
    var symbol = chunk.symbol().orElse("");
    var words = String.join("\n", file.path(), symbol, chunk.text());
    document.add(new TextField(Fields.PLAIN, words, Field.Store.NO));
    var repeated = symbol.isEmpty() ? "" : (symbol + "\n").repeat(SYMBOL_REPEATS - 1);
    document.add(new TextField(Fields.STEM, repeated + words, Field.Store.NO));
    document.add(new Field(Fields.TRIGRAMS, chunk.text(), TERMS_ONLY));
    return document;
  }
}
