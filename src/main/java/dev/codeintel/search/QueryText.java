package dev.codeintel.search;

import dev.codeintel.store.Analysis;
import dev.codeintel.store.CaseFolding;
import dev.codeintel.store.Fields;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.en.EnglishAnalyzer;

/**
 * A query as the channels see it.
 *
 * @param text as it was asked, without surrounding blanks
 * @param literal what is looked for letter by letter: the text without the quotes around it
 * @param words its words in one case, in order
 * @param isIdentifier whether it is a single name, dotted or not
 */
record QueryText(String text, String literal, List<String> words, boolean isIdentifier) {

  /** Shortest text that is looked for letter by letter. */
  static final int LITERAL_CHARS_MIN = 4;

  /** Words that decide between a few words and prose. */
  private static final int FEW_WORDS = 3;

  /** Longest text that is taken for a name: the pattern needs stack for each of its parts. */
  private static final int IDENTIFIER_CHARS_MAX = 500;

  private static final Pattern IDENTIFIER =
      Pattern.compile(
          "[\\p{L}_$][\\p{L}\\p{N}_$]*((\\.|::|#|->)[\\p{L}_$][\\p{L}\\p{N}_$]*)*(\\(\\))?");

  private static final CharArraySet STOP_WORDS = stopWords();

  static QueryText of(String query) {
    var text = query.strip();
    var literal = unquoted(text);
    var isIdentifier =
        literal.length() <= IDENTIFIER_CHARS_MAX && IDENTIFIER.matcher(literal).matches();
    return new QueryText(text, literal, Words.of(CaseFolding.fold(text)), isIdentifier);
  }

  private static CharArraySet stopWords() {
    var words = new CharArraySet(EnglishAnalyzer.ENGLISH_STOP_WORDS_SET, true);
    words.addAll(
        Set.of(
            "how", "what", "where", "which", "when", "who", "why", "does", "do", "from", "can",
            "its"));
    return words;
  }

  private static String unquoted(String text) {
    for (var quote : List.of("\"", "'", "`")) {
      if (text.length() > 2 && text.startsWith(quote) && text.endsWith(quote)) {
        return text.substring(1, text.length() - 1);
      }
    }
    return text;
  }

  /** The name that is asked for, without a pair of parentheses behind it. */
  String identifier() {
    return literal.endsWith("()") ? literal.substring(0, literal.length() - 2) : literal;
  }

  boolean hasFewWords() {
    return words.size() <= FEW_WORDS;
  }

  /** The terms of a field that this query asks for; stop words only where it holds nothing else. */
  List<String> terms(String field) {
    var kept = new StringBuilder();
    for (var word : words) {
      if (field.equals(Fields.PLAIN) || !STOP_WORDS.contains(word)) {
        kept.append(word).append(' ');
      }
    }
    // The original spelling, since camelCase is what splits a name.
    var spelled = field.equals(Fields.PLAIN) || kept.isEmpty() ? text : spelledWithoutStopWords();
    return Analysis.terms(field, spelled);
  }

  private String spelledWithoutStopWords() {
    var kept = new StringBuilder();
    for (var word : text.split("\\s+")) {
      if (!STOP_WORDS.contains(word.toLowerCase(java.util.Locale.ROOT))) {
        kept.append(word).append(' ');
      }
    }
    return kept.toString();
  }

  /** Terms worth showing as the reason of a finding. */
  List<String> telling() {
    return Analysis.terms(Fields.PLAIN, spelledWithoutStopWords()).stream().distinct().toList();
  }

  /** Every run of three consecutive words. */
  Runs runs() {
    return new Runs(words);
  }
}
