package dev.codeintel.search;

import dev.codeintel.embed.Embedder;
import dev.codeintel.embed.EmbeddingException;
import dev.codeintel.faiss.FaissLibrary;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.repo.Workspace;
import dev.codeintel.store.Analysis;
import dev.codeintel.store.Fields;
import dev.codeintel.store.Generation;
import dev.codeintel.store.TreeIndex;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import org.apache.lucene.search.similarities.BM25Similarity;

/** Answers questions about one work tree. Safe for use by any thread. */
public final class Searcher {

  /** Candidates that each channel brings. */
  private static final int CANDIDATES = 200;

  /** Chunks that are looked at letter by letter. */
  private static final int LITERAL_CANDIDATES_MAX = 2_000;

  /** Stands for the lexical scores where only vectors rank. */
  private static final float[] NOT_ASKED = {};

  private final Workspace workspace;
  private final TreeIndex index;
  private final Optional<Supplier<Embedder>> embedder;
  private final Supplier<FaissLibrary> faiss;
  private final BM25Similarity similarity;

  /**
   * @param embedder opened when a query first needs it; absent when nothing is embedded
   * @param faiss loaded when a query first needs it
   */
  public Searcher(
      Workspace workspace,
      TreeIndex index,
      Optional<Supplier<Embedder>> embedder,
      Supplier<FaissLibrary> faiss,
      float bm25K1,
      float bm25B) {
    this.workspace = workspace;
    this.index = index;
    this.embedder = embedder;
    this.faiss = faiss;
    this.similarity = new BM25Similarity(bm25K1, bm25B);
  }

  /**
   * Finds and ranks chunks, in one generation of the index from beginning to end.
   *
   * @throws CodeintelException {@code index-not-ready} before the first commit, or in semantic mode
   *     while nothing is embedded; {@code embedding-unavailable} in semantic mode without a model;
   *     {@code timeout}, {@code cancelled}
   */
  public SearchResult search(SearchRequest request, CancelToken cancel) {
    return search(request, asksModel(request) ? vector(request, cancel) : QueryVector.NONE, cancel);
  }

  /** Whether an answer to that would be better for the query's vector. */
  public boolean asksModel(SearchRequest request) {
    if (request.mode() == Mode.LEXICAL || embedder.isEmpty()) {
      return false;
    }
    var generation = index.generations().acquire();
    try {
      return generation.map(Generation::embedded).orElse(0) > 0 && faiss.get().isAvailable();
    } finally {
      generation.ifPresent(Generation::release);
    }
  }

  /** Asks the model for the query's vector, on this thread. */
  public QueryVector vector(SearchRequest request, CancelToken cancel) {
    return QueryVector.of(QueryText.of(request.query()).text(), model(), cancel);
  }

  /**
   * The same as {@link #search(SearchRequest, CancelToken)}, with a vector that was asked for
   * before.
   */
  public SearchResult search(SearchRequest request, QueryVector vector, CancelToken cancel) {
    var generation =
        index
            .generations()
            .acquire()
            .orElseThrow(
                () ->
                    new CodeintelException(
                        ErrorCode.INDEX_NOT_READY,
                        "There is no index yet; the first listing of the files is under way. Try again in a few seconds."));
    try {
      return answer(request, vector, generation, cancel);
    } finally {
      generation.release();
    }
  }

  private SearchResult answer(
      SearchRequest request, QueryVector vector, Generation generation, CancelToken cancel) {
    var query = QueryText.of(request.query());
    var scope = generation.scope(request.scope(), request.languages());
    var notes = new ArrayList<String>();
    try (var arena = Arena.ofConfined()) {
      var semantic = semantic(request, vector, generation, scope, notes, arena);
      var mode = semantic.isPresent() ? request.mode() : Mode.LEXICAL;
      var candidates =
          candidates(request.limit(), mode, query, generation, scope, semantic, cancel);
      var ranking =
          new Ranking(mode, query, candidates, semantic.map(Semantic::leastCosine).orElse(0.0));
      if (!generation.commit().listed()) {
        notes.add(
            "The first listing is not complete; %,d files can be searched so far."
                .formatted(generation.commit().files()));
      }
      var freshness = new Freshness(workspace, generation);
      var findings = findings(ranking.ranked(candidates), query, freshness, request.limit());
      if (freshness.changedFiles() > 0) {
        notes.add(
            "%d of the files found changed since they were indexed."
                .formatted(freshness.changedFiles()));
      }
      return new SearchResult(
          findings, summary(generation, freshness.changedFiles()), List.copyOf(notes));
    }
  }

  /** The vector channel of a query, where it can be had; otherwise a note says why not. */
  private Optional<Semantic> semantic(
      SearchRequest request,
      QueryVector vector,
      Generation generation,
      IntPredicate scope,
      List<String> notes,
      Arena arena) {
    if (request.mode() == Mode.LEXICAL || generation.chunks() == 0) {
      return Optional.empty(); // an empty repository waits for no vectors
    }
    try {
      model(); // or says that there is none
      var semantic =
          Semantic.of(vector, wanted(request.limit()), generation, scope, library(), arena);
      if (generation.embeddedShare() < 1) {
        notes.add(
            "%.0f %% of the chunks have vectors so far; the others are ranked by words alone."
                .formatted(Math.floor(100 * generation.embeddedShare())));
      }
      return Optional.of(semantic);
    } catch (CodeintelException e) {
      var fallBack =
          e.code() == ErrorCode.EMBEDDING_UNAVAILABLE || e.code() == ErrorCode.INDEX_NOT_READY;
      if (request.mode() == Mode.SEMANTIC || !fallBack) {
        throw e;
      }
      notes.add("Ranked by words alone: " + e.getMessage());
      return Optional.empty();
    }
  }

  private static int wanted(int limit) {
    return Math.max(CANDIDATES, 2 * limit);
  }

  private Embedder model() {
    return embedder
        .orElseThrow(() -> new EmbeddingException("No embedder is set (EMBEDDER=none)."))
        .get();
  }

  private FaissLibrary library() {
    var library = faiss.get();
    if (!library.isAvailable()) {
      throw new EmbeddingException("Vector search cannot run here: " + library.reason());
    }
    return library;
  }

  private List<Candidate> candidates(
      int limit,
      Mode mode,
      QueryText query,
      Generation generation,
      IntPredicate scope,
      Optional<Semantic> semantic,
      CancelToken cancel) {
    var documents = new HashSet<Integer>();
    semantic.ifPresent(channel -> documents.addAll(channel.nearest(scope, wanted(limit))));
    var lexical = NOT_ASKED;
    if (mode != Mode.SEMANTIC) {
      var words = new Lexical(generation, similarity, scope, cancel);
      lexical = words.scores(query);
      documents.addAll(Lexical.best(lexical, wanted(limit)));
      if (!query.isIdentifier() && query.literal().length() >= QueryText.LITERAL_CHARS_MIN) {
        documents.addAll(words.holding(query.literal(), LITERAL_CANDIDATES_MAX));
      }
    }
    return candidates(documents, query, generation, semantic, lexical, cancel);
  }

  private static List<Candidate> candidates(
      Collection<Integer> documents,
      QueryText query,
      Generation generation,
      Optional<Semantic> semantic,
      float[] lexical,
      CancelToken cancel) {
    var runs = query.runs();
    var exact = new ExactMatch(query);
    var candidates = new ArrayList<Candidate>(documents.size());
    for (int doc : documents) {
      cancel.check();
      var chunk = generation.knownChunk(doc);
      candidates.add(
          new Candidate(
              doc,
              chunk,
              semantic.map(channel -> channel.cosine(doc)).orElse(OptionalDouble.empty()),
              lexical == NOT_ASKED ? 0 : lexical[doc],
              runs.shareIn(chunk.folded()),
              exact.tier(chunk)));
    }
    return candidates;
  }

  private static List<Finding> findings(
      List<Ranking.Ranked> ranked, QueryText query, Freshness freshness, int limit) {
    var findings = new ArrayList<Finding>(limit);
    var telling = query.telling();
    for (var each : ranked) {
      if (findings.size() == limit) {
        break;
      }
      var candidate = each.candidate();
      var found = candidate.found();
      freshness
          .place(found)
          .ifPresent(
              place ->
                  findings.add(
                      new Finding(
                          found.path(),
                          place.startLine(),
                          place.endLine(),
                          found.chunk().symbol(),
                          found.language(),
                          each.score(),
                          place.stale(),
                          why(candidate, telling),
                          found.chunk().text())));
    }
    return List.copyOf(findings);
  }

  private static Why why(Candidate candidate, List<String> telling) {
    var channels = new TreeMap<String, Double>();
    candidate.cosine().ifPresent(cosine -> channels.put("semantic", cosine));
    if (candidate.lexical() > 0) {
      channels.put("lexical", candidate.lexical());
    }
    if (candidate.tier() > 0) {
      channels.put("exact", (double) candidate.tier());
    }
    var there = Set.copyOf(Analysis.terms(Fields.PLAIN, candidate.found().chunk().text()));
    return new Why(channels, telling.stream().filter(there::contains).toList());
  }

  private IndexSummary summary(Generation generation, long pendingFiles) {
    return new IndexSummary(
        generation.commit().generation(),
        generation.commit().head(),
        generation.embeddedShare(),
        pendingFiles,
        embedder.map(_ -> index.identity()));
  }
}
