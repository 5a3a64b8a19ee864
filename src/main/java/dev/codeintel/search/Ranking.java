package dev.codeintel.search;

import dev.codeintel.repo.PathOrder;
import java.util.Comparator;
import java.util.List;

/**
 * Turns the scores of the channels into one order.
 *
 * <p>Score = a * semantic + (1 - a) * lexical + 0.3 * runs + 10 * tier, where semantic is the
 * cosine between the least of all chunks and the best, and a depends on the query: .2 for a name,
 * .4 for a few words or where whole runs of the query stand in a chunk, else .85. The weights were
 * measured on four code bases; plain reciprocal rank fusion was the worst of all. A chunk without a
 * vector is scored by the channels that it has. Tests and data step back a little behind code that
 * fits as well; that is a judgement, not a measurement.
 */
final class Ranking {

  private static final double NAME_WEIGHT = 0.2;
  private static final double WORDS_WEIGHT = 0.4;
  private static final double PROSE_WEIGHT = 0.85;
  private static final double RUNS_SHARE_OF_WORDS = 0.4;
  private static final double RUNS_WEIGHT = 0.3;
  private static final double TIER_WEIGHT = 10;

  /** A test says the words of what it tests, and mostly that is what was asked for. */
  private static final double TEST_PENALTY = 0.15;

  /** So does what configures it. */
  private static final double DATA_PENALTY = 0.1;

  private static final Comparator<Ranked> ORDER =
      Comparator.comparingDouble(Ranked::score)
          .reversed()
          .thenComparing(ranked -> ranked.candidate().found().path(), PathOrder.INSTANCE)
          .thenComparingInt(ranked -> ranked.candidate().found().chunk().startLine())
          .thenComparingInt(ranked -> ranked.candidate().found().chunk().startByte());

  private final Mode mode;
  private final boolean testsWanted;
  private final double semanticWeight;
  private final double least;
  private final double most;

  /**
   * @param leastCosine of all chunks, or of a sample of them
   */
  Ranking(Mode mode, QueryText query, List<Candidate> candidates, double leastCosine) {
    this.mode = mode;
    this.testsWanted = query.words().stream().anyMatch(word -> word.startsWith("test"));
    this.least = leastCosine;
    this.most =
        candidates.stream()
            .mapToDouble(each -> each.cosine().orElse(leastCosine))
            .max()
            .orElse(leastCosine);
    this.semanticWeight = semanticWeight(query, candidates);
  }

  private static double semanticWeight(QueryText query, List<Candidate> candidates) {
    if (query.isIdentifier()) {
      return NAME_WEIGHT;
    }
    var bestRuns = candidates.stream().mapToDouble(Candidate::runs).max().orElse(0);
    return query.hasFewWords() || bestRuns >= RUNS_SHARE_OF_WORDS ? WORDS_WEIGHT : PROSE_WEIGHT;
  }

  private double score(Candidate candidate) {
    return switch (mode) {
      case SEMANTIC -> candidate.cosine().orElse(-1);
      case LEXICAL -> candidate.lexical() + exact(candidate);
      case HYBRID -> blend(candidate) + exact(candidate);
    };
  }

  private double blend(Candidate candidate) {
    if (candidate.cosine().isEmpty()) {
      return candidate.lexical(); // weights renormalised over the one channel that it has
    }
    var semantic = most > least ? (candidate.cosine().getAsDouble() - least) / (most - least) : 1;
    return semanticWeight * semantic + (1 - semanticWeight) * candidate.lexical();
  }

  private double exact(Candidate candidate) {
    return RUNS_WEIGHT * candidate.runs() + TIER_WEIGHT * candidate.tier() - penalty(candidate);
  }

  private double penalty(Candidate candidate) {
    if (candidate.chunk().isData()) {
      return DATA_PENALTY;
    }
    return !testsWanted && candidate.chunk().isTest() ? TEST_PENALTY : 0;
  }

  /** A candidate and its score. */
  record Ranked(Candidate candidate, double score) {}

  /**
   * Best first; ties by path, then by line, so that the same question gets the same answer. Each is
   * scored once: a comparison is made thousands of times.
   */
  List<Ranked> ranked(List<Candidate> candidates) {
    return candidates.stream().map(each -> new Ranked(each, score(each))).sorted(ORDER).toList();
  }
}
