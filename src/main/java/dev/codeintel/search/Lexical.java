package dev.codeintel.search;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.store.Analysis;
import dev.codeintel.store.Fields;
import dev.codeintel.store.Generation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.IntPredicate;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.BM25Similarity;

/**
 * The word channel: BM25 over whole and split identifiers, and over their stems, each divided by
 * its maximum for the query, and summed. Either alone is no better blend: stems alone lose
 * literals, whole words alone lose prose.
 */
final class Lexical {

  /** Most different words of a query that count; the rest of a pasted page adds nothing. */
  private static final int TERMS_MAX = 256;

  /** Most trigrams that narrow a search for a literal. */
  private static final int TRIGRAMS_MAX = 64;

  private static final int HITS_BETWEEN_CHECKS = 1 << 12;

  private final IndexSearcher searcher;
  private final IntPredicate scope;
  private final int documents;
  private final CancelToken cancel;

  Lexical(
      Generation generation, BM25Similarity similarity, IntPredicate scope, CancelToken cancel) {
    this.searcher = generation.searcher();
    this.searcher.setSimilarity(similarity);
    this.documents = searcher.getIndexReader().maxDoc();
    this.scope = scope;
    this.cancel = cancel;
  }

  /** A score from 0 to 1 for every document; the best has 1. */
  float[] scores(QueryText query) {
    var plain = scores(Fields.PLAIN, query.terms(Fields.PLAIN));
    var stem = scores(Fields.STEM, query.terms(Fields.STEM));
    for (var doc = 0; doc < documents; doc++) {
      plain[doc] += stem[doc];
    }
    return divideByMaximum(plain);
  }

  private float[] scores(String field, List<String> terms) {
    var counts = new LinkedHashMap<String, Integer>();
    for (var term : terms) {
      if (counts.size() < TERMS_MAX || counts.containsKey(term)) {
        counts.merge(term, 1, Integer::sum);
      }
    }
    var any = new BooleanQuery.Builder();
    counts.forEach(
        (term, count) ->
            any.add(new BoostQuery(new TermQuery(new Term(field, term)), count), Occur.SHOULD));
    var scores = new float[documents];
    forEach(any.build(), ScoreMode.COMPLETE, (doc, score) -> scores[doc] = score);
    return divideByMaximum(scores);
  }

  private static float[] divideByMaximum(float[] scores) {
    var maximum = 0f;
    for (var score : scores) {
      maximum = Math.max(maximum, score);
    }
    for (var i = 0; maximum > 0 && i < scores.length; i++) {
      scores[i] /= maximum;
    }
    return scores;
  }

  /** The documents of the highest scores, equal ones in their order; none of those without any. */
  static List<Integer> best(float[] scores, int wanted) {
    var worstFirst =
        new PriorityQueue<Integer>(
            Comparator.<Integer>comparingDouble(doc -> scores[doc])
                .thenComparing(Comparator.reverseOrder()));
    var least = 0f; // what a score must exceed
    for (var doc = 0; doc < scores.length; doc++) {
      if (scores[doc] > least) {
        worstFirst.add(doc);
        if (worstFirst.size() > wanted) {
          worstFirst.remove();
        }
        least = worstFirst.size() < wanted ? 0 : scores[worstFirst.element()];
      }
    }
    return List.copyOf(worstFirst);
  }

  /** Documents that may hold a literal in any case: they have all its trigrams. */
  List<Integer> holding(String literal, int most) {
    var trigrams = Analysis.terms(Fields.TRIGRAMS, literal).stream().distinct().limit(TRIGRAMS_MAX);
    var all = new BooleanQuery.Builder();
    trigrams.forEach(
        trigram -> all.add(new TermQuery(new Term(Fields.TRIGRAMS, trigram)), Occur.FILTER));
    var found = new ArrayList<Integer>();
    forEach(
        all.build(),
        ScoreMode.COMPLETE_NO_SCORES,
        (doc, _) -> {
          if (found.size() < most) {
            found.add(doc);
          }
        });
    return found;
  }

  private void forEach(Query query, ScoreMode mode, Hit hit) {
    try {
      var weight = searcher.createWeight(searcher.rewrite(query), mode, 1);
      var seen = 0;
      for (var leaf : searcher.getIndexReader().leaves()) {
        cancel.check();
        var scorer = weight.scorer(leaf);
        if (scorer == null) {
          continue;
        }
        var live = leaf.reader().getLiveDocs();
        var hits = scorer.iterator();
        for (var doc = hits.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = hits.nextDoc()) {
          if (++seen % HITS_BETWEEN_CHECKS == 0) {
            cancel.check();
          }
          if ((live == null || live.get(doc)) && scope.test(leaf.docBase + doc)) {
            hit.at(leaf.docBase + doc, mode.needsScores() ? scorer.score() : 0);
          }
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("reading immutable files", e);
    }
  }

  @FunctionalInterface
  private interface Hit {
    void at(int doc, float score) throws IOException;
  }
}
