package dev.codeintel.store;

import dev.codeintel.embed.Identifiers;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.Queue;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

/**
 * Words of source text: every identifier whole, and its parts where camelCase or {@code _} joins
 * several; all in lower case. {@code parseHttpHeader} gives {@code parsehttpheader parse http
 * header}.
 */
final class CodeTokenizer extends Tokenizer {

  /** Longest word that is indexed; longer runs are data, not names. */
  static final int WORD_CHARS_MAX = 200;

  /** Made once: a text has hundreds of words. */
  private static final Pattern BETWEEN_PARTS = Pattern.compile("[^\\p{L}\\p{N}\\p{M}]+");

  private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
  private final Queue<String> parts = new ArrayDeque<>();
  private String text;
  private int position;

  @Override
  public void reset() throws IOException {
    super.reset();
    var builder = new StringBuilder();
    var buffer = new char[4_096];
    for (var read = input.read(buffer); read >= 0; read = input.read(buffer)) {
      builder.append(buffer, 0, read);
    }
    text = builder.toString();
    position = 0;
    parts.clear();
  }

  @Override
  public boolean incrementToken() {
    clearAttributes();
    if (parts.isEmpty() && !readRun()) {
      return false;
    }
    term.append(parts.remove());
    return true;
  }

  private boolean readRun() {
    while (position < text.length()) {
      var start = nextWordStart();
      var end = wordEnd(start);
      position = end;
      if (end > start && end - start <= WORD_CHARS_MAX) {
        addParts(text.substring(start, end));
        return true;
      }
    }
    return false;
  }

  private void addParts(String word) {
    parts.add(word.toLowerCase(Locale.ROOT));
    var split = BETWEEN_PARTS.split(Identifiers.split(word));
    if (split.length > 1) {
      for (var part : split) {
        if (!part.isEmpty()) {
          parts.add(part.toLowerCase(Locale.ROOT));
        }
      }
    }
  }

  private int nextWordStart() {
    var at = position;
    while (at < text.length() && !isWordPart(text.codePointAt(at))) {
      at += Character.charCount(text.codePointAt(at));
    }
    return at;
  }

  private int wordEnd(int start) {
    var at = start;
    while (at < text.length() && isWordPart(text.codePointAt(at))) {
      at += Character.charCount(text.codePointAt(at));
    }
    return at;
  }

  /** Whether a character belongs to an identifier. */
  static boolean isWordPart(int codePoint) {
    return codePoint == '_'
        || codePoint == '$'
        || Character.isLetterOrDigit(codePoint)
        || Character.getType(codePoint) == Character.NON_SPACING_MARK;
  }
}
