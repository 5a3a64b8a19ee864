package dev.codeintel.store;

/** Fields of the documents of a view: one document a chunk, and one a file. */
public final class Fields {

  private Fields() {}

  /** Of chunks and files: what is replaced together. */
  public static final String PATH = "path";

  /** Of chunks: the path again, by document; Lucene wants every field alike in all documents. */
  public static final String PATH_VALUE = "path_value";

  /** Of files only: the path again, to find the file's own document. */
  public static final String FILE = "file";

  public static final String SIZE = "size";
  public static final String MODIFIED = "modified";

  /** Of files only: all else that is known of one. */
  public static final String FILE_STATE = "file_state";

  public static final String LANGUAGE = "language";
  public static final String START_LINE = "start_line";
  public static final String END_LINE = "end_line";
  public static final String START_BYTE = "start_byte";
  public static final String END_BYTE = "end_byte";
  public static final String SYMBOL = "symbol";
  public static final String TEXT = "text";

  /** What the chunk's vector is known by. */
  public static final String KEY = "key";

  /** The chunk's vector; {@link #NO_ORDINAL} while it has none. */
  public static final String ORDINAL = "ordinal";

  /** Words and their parts of path, symbol and text. */
  public static final String PLAIN = "plain";

  /** The same, stemmed, the symbol weighted by repetition. */
  public static final String STEM = "stem";

  /**
   * Runs of three characters of the text, in lower case: finds candidates for an exact substring.
   */
  public static final String TRIGRAMS = "trigrams";

  public static final int NO_ORDINAL = -1;
}
