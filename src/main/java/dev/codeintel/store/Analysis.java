package dev.codeintel.store;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.miscellaneous.PerFieldAnalyzerWrapper;
import org.apache.lucene.analysis.ngram.NGramTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

/** How text becomes terms, the same for chunks and for queries. Safe for use by any thread. */
public final class Analysis {

  /** Shortest text that the trigrams of a chunk can find. */
  public static final int TRIGRAM_CHARS = 3;

  private static final Analyzer PLAIN =
      new Analyzer() {
        @Override
        protected TokenStreamComponents createComponents(String field) {
          return new TokenStreamComponents(new CodeTokenizer());
        }
      };

  private static final Analyzer STEM =
      new Analyzer() {
        @Override
        protected TokenStreamComponents createComponents(String field) {
          var words = new CodeTokenizer();
          return new TokenStreamComponents(words, new PorterStemFilter(words));
        }
      };

  private static final Analyzer TRIGRAMS =
      new Analyzer() {
        @Override
        protected TokenStreamComponents createComponents(String field) {
          var trigrams = new NGramTokenizer(TRIGRAM_CHARS, TRIGRAM_CHARS);
          return new TokenStreamComponents(trigrams, new LowerCaseFilter(trigrams));
        }
      };

  static final Analyzer BY_FIELD =
      new PerFieldAnalyzerWrapper(PLAIN, Map.of(Fields.STEM, STEM, Fields.TRIGRAMS, TRIGRAMS));

  private Analysis() {}

  /** The terms that a field would hold for this text, in order, repeats included. */
  public static List<String> terms(String field, String text) {
    try (TokenStream tokens = BY_FIELD.tokenStream(field, text)) {
      var term = tokens.addAttribute(CharTermAttribute.class);
      var terms = new ArrayList<String>();
      tokens.reset();
      while (tokens.incrementToken()) {
        terms.add(term.toString());
      }
      tokens.end();
      return terms;
    } catch (IOException e) {
      throw new IllegalStateException("text in memory cannot fail to be read", e);
    }
  }
}
