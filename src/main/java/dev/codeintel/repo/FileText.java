package dev.codeintel.repo;

/**
 * The text of a file, as those who show lines of it see it. Lines end at {@code \n} and nowhere
 * else; a {@code \r} before it belongs to the line end.
 */
public interface FileText {

  /** Whether it is no text; then there are no lines. */
  boolean binary();

  /**
   * {@code UTF-8}, {@code UTF-16LE}, {@code UTF-16BE}; a guess where the bytes are neither: {@code
   * windows-1252}, {@code ISO-8859-1}; {@code binary} where they are no text.
   */
  String encoding();

  /** Whether the encoding is a guess, so that letters outside ASCII may be wrong. */
  boolean encodingGuessed();

  /** Bytes on disk. */
  int size();

  /** How many lines there are; a last line needs no line end, an empty file has none. */
  int lineCount();

  /**
   * How many chars a line has, its end included.
   *
   * @param line from 1 to {@link #lineCount()}
   */
  int lineChars(int line);

  /**
   * A stretch of the text, line ends as they are on disk.
   *
   * @param first a line, from 1 to {@link #lineCount()}
   * @param skipped chars of that line that are left out, fewer than it has
   * @param last a line, not before the first
   * @param charsMax where the stretch ends at the latest; not inside a surrogate pair
   */
  String excerpt(int first, int skipped, int last, int charsMax);
}
