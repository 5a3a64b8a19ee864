package dev.codeintel.config;

/**
 * Every limit of codeintel: named, unit last, enforced where it says. Those of the log stand in
 * {@link dev.codeintel.ops.Log}, which imports nothing of ours.
 */
public final class Limits {

  /** Of this machine, or as many of them as this process may use. */
  public static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  private Limits() {}

  /** A thread for each processor, where there is memory for so many, and one at least. */
  private static int threads(long bytes, long threadBytes) {
    return Math.clamp(bytes / threadBytes, 1, PROCESSORS);
  }

  /** Largest file that is indexed or opened whole; a larger one is skipped, and counted. */
  public static final long FILE_BYTES_MAX = 4L << 20;

  /** Largest file of which lines are shown. */
  public static final int OPEN_FILE_BYTES_MAX = 512 << 20;

  /** Largest file that is kept in memory while lines of it are shown; others are read in parts. */
  public static final long KEPT_FILE_BYTES_MAX = 256 << 10;

  /** Largest version of a file that blame compares with others; older ones may have been larger. */
  public static final int BLOB_BYTES_MAX = 16 << 20;

  /** Most lines of such a version: to compare two of so many takes a quarter of a small heap. */
  public static final int BLOB_LINES_MAX = 1_000_000;

  /** Most bytes of both versions where lines are guessed to come from others by their looks. */
  public static final int GUESSED_BYTES_MAX = 8 << 20;

  /** Commits, and names in trees, that are kept in memory for the next question about history. */
  public static final int KNOWN_COMMITS_MAX = 100_000;

  public static final int KNOWN_TREE_ENTRIES_MAX = 100_000;

  /** Files that appeared, of which it is kept in memory where they came from. */
  public static final int KNOWN_SOURCES_MAX = 10_000;

  /** How much of a file is looked at to tell text from binary, as git does. */
  public static final int BINARY_PROBE_BYTES = 8_000;

  /** Deepest folder that is walked. */
  public static final int FOLDER_DEPTH_MAX = 128;

  /** Most files of one repository that are indexed; more are counted as skipped. */
  public static final int FILES_MAX = 2_000_000;

  /** Longest ignore file that is read; of a longer one the first whole lines count. */
  public static final long IGNORE_FILE_BYTES_MAX = 1L << 20;

  /** Longest file of revisions that blame looks through; of a longer one the first lines count. */
  public static final int IGNORED_REVISIONS_BYTES_MAX = 4 << 20;

  /** Longest {@code .mailmap} that is read; of a longer one the first whole lines count. */
  public static final int MAILMAP_BYTES_MAX = 4 << 20;

  /** Longest glob of a scope, most globs, and what their braces may stand for. */
  public static final int GLOB_CHARS_MAX = 1_000;

  public static final int GLOBS_MAX = 100;
  public static final int GLOB_ALTERNATIVES_MAX = 1_000;
  public static final int GLOB_BRACES_DEPTH_MAX = 10;

  /** Longest path that a tool takes. */
  public static final int PATH_CHARS_MAX = 4_096;

  /** Longest query of a search tool. */
  public static final int QUERY_CHARS_MAX = 8_000;

  /** Most findings of one search. */
  public static final int FINDINGS_MAX = 100;

  /** Newest commits whose files are embedded first; most files, and how long it may take. */
  public static final int RECENT_COMMITS_MAX = 500;

  public static final int RECENT_FILES_MAX = 50_000;
  public static final int RECENT_FILES_MILLIS_MAX = 2_000;

  /** Most runs of the in-process model at the same time. */
  public static final int EMBED_THREADS_MAX = 256;

  /** How long a search waits for the very first listing of the files before it says so. */
  public static final int FIRST_INDEX_WAIT_MILLIS = 10_000;

  /**
   * Characters of the chunks that searches of one view looked at last, which are kept: as they are,
   * and folded.
   */
  public static final int CHUNKS_KEPT_CHARS_MAX = 24 << 20;

  /** Most neighbours asked of FAISS in one call. */
  public static final int NEIGHBORS_MAX = 10_000;

  /** Vectors of one block file of the vector store. */
  public static final int BLOCK_VECTORS_MAX = 256;

  /** Ordinals that one vector store ever gives; none is given twice. */
  public static final int ORDINALS_MAX = Integer.MAX_VALUE;

  /** Largest dimension of a vector. */
  public static final int DIMENSION_MAX = 16_384;

  /** Longest description of an index, in the words of FAISS's index factory. */
  public static final int INDEX_DESCRIPTION_CHARS_MAX = 200;

  /** Longest line of a stdio message; a longer one is answered with an error and skipped. */
  public static final int STDIO_LINE_BYTES_MAX = 10 << 20;

  /** Requests of one client that run or wait, and their bytes; more are answered {@code busy}. */
  public static final int REQUESTS_IN_FLIGHT_MAX = 4_096;

  public static final int REQUESTS_IN_FLIGHT_BYTES_MAX =
      Math.clamp(Runtime.getRuntime().maxMemory() / 16, STDIO_LINE_BYTES_MAX, 128 << 20);

  /** How long work in flight may still take after a client has closed stdin. */
  public static final int STDIO_GRACE_MILLIS = 1_000;

  /**
   * Largest body of an HTTP request; one that is too small to be counted; and what all others may
   * take together that are being read or worked on: a sixteenth of the heap.
   */
  public static final int HTTP_BODY_BYTES_MAX = 4 << 20;

  public static final int HTTP_SMALL_BODY_BYTES_MAX = 8 << 10;

  public static final int HTTP_BODIES_BYTES_MAX =
      (int) Math.min(128 << 20, Runtime.getRuntime().maxMemory() / 16);

  /**
   * So much of a refused body is read and thrown away, so that its sender gets to see the answer.
   */
  public static final int HTTP_DRAIN_BYTES_MAX = 16 << 20;

  /** Requests over HTTP that are worked on at the same time; more are refused. */
  public static final int HTTP_REQUESTS_MAX = 2_048;

  /** Streams over HTTP that stay open: of all clients, of one client. */
  public static final int HTTP_STREAMS_MAX = 4_096;

  public static final int HTTP_STREAMS_PER_CLIENT_MAX = 2_048;

  /** Connections over HTTP; those of them that are kept while they have nothing to say. */
  public static final int HTTP_CONNECTIONS_MAX = 16_384;

  public static final int HTTP_IDLE_CONNECTIONS_MAX = 12_000;

  /** How long a connection may have nothing to say; clients give up theirs after 30 seconds. */
  public static final int HTTP_IDLE_SECONDS_MAX = 120;

  /** How long a client may take to send a request, its body included. */
  public static final int HTTP_REQUEST_SECONDS_MAX = 60;

  /** Headers of an HTTP request, and the bytes of all. */
  public static final int HTTP_HEADERS_MAX = 100;

  public static final int HTTP_HEAD_BYTES_MAX = 64 << 10;

  /** Connections that wait to be accepted. */
  public static final int HTTP_BACKLOG_MAX = 1_024;

  /** Most that is written to a connection at once: it keeps a buffer twice as large as that. */
  public static final int HTTP_SLICE_BYTES_MAX = 32 << 10;

  /** How long one write may wait for a client to read. */
  public static final int HTTP_WRITE_SECONDS_MAX = 10;

  /** Whoever reads slower than that in the mean, after so long, is taken for one that does not. */
  public static final int HTTP_WRITE_BYTES_A_SECOND_MIN = 128 << 10;

  /** Messages of one request that wait for a client to read them. */
  public static final int HTTP_MESSAGES_WAITING_MAX = 64;

  /** How long requests in flight may still take when a server is stopped. */
  public static final int HTTP_GRACE_MILLIS = 5_000;

  /** Clients whose rate is known; of more, those that were silent longest are forgotten. */
  public static final int HTTP_CLIENTS_MAX = 10_000;

  /** Length of a token, and most of them. */
  public static final int TOKEN_CHARS_MIN = 16;

  public static final int TOKEN_CHARS_MAX = 512;
  public static final int TOKENS_MAX = 1_000;

  /** Messages of one JSON-RPC batch. */
  public static final int BATCH_MESSAGES_MAX = 100;

  /** What those of its answers may have together that are known at once, such as lists. */
  public static final int BATCH_QUICK_BYTES_MAX = 64 << 10;

  /** Longest path, glob or cursor of a tool call. */
  public static final int ARGUMENT_CHARS_MAX = 4_096;

  /** Most texts of one list argument, such as globs. */
  public static final int ARGUMENT_ITEMS_MAX = 100;

  /** Longest cursor: a path of any letters in base 64. */
  public static final int CURSOR_CHARS_MAX = 24_000;

  /** Longest handle of a scope that a tool takes. */
  public static final int SCOPE_ID_CHARS_MAX = 64;

  /** Scopes that one server keeps, and the characters of all of them; the least used go first. */
  public static final int SCOPES_MAX = 1_000;

  public static final int SCOPES_CHARS_MAX = 4 << 20;

  /** So much of a scope an answer repeats; the rest is counted. */
  public static final int SCOPE_SHOWN_BYTES_MAX = 300;

  /** Longest name of a conversation that may have a scope. */
  public static final int SESSION_CHARS_MAX = 200;

  /** Most paths of one list_paths answer. */
  public static final int PATHS_MAX = 10_000;

  /** How long a list is kept for its next page. */
  public static final int LISTING_KEPT_SECONDS_MAX = 60;

  /** Most lists that are kept for their next pages. */
  public static final int LISTINGS_KEPT_MAX = 1_000;

  /** Most files, some 150 bytes each, of all lists that are kept for their next pages. */
  public static final int LISTING_KEPT_FILES_MAX = 200_000;

  /** Deepest nesting of a JSON message. */
  public static final int JSON_DEPTH_MAX = 64;

  /** Longest address of a resource: a path of any letters, percent-encoded. */
  public static final int URI_CHARS_MAX = 40_000;

  /** Largest file that is given whole as a resource; open_file shows larger ones in parts. */
  public static final int RESOURCE_BYTES_MAX = 1 << 20;

  /** Most values of one completion; the protocol allows no more. */
  public static final int COMPLETIONS_MAX = 100;

  /** How often a client that wants to hear of progress is told of it. */
  public static final int PROGRESS_MILLIS = 1_000;

  /** Longest id of a request, and longest name under which it is told of progress. */
  public static final int ID_CHARS_MAX = 1_000;

  /** Longest number in a JSON message. */
  public static final int JSON_NUMBER_CHARS_MAX = 100;

  /** Most commits of one file_history answer. */
  public static final int COMMITS_MAX = 1_000;

  /** Answers are bounded in tokens of this many bytes: least, default, most of them. */
  public static final int TOKEN_BYTES = 4;

  public static final int ANSWER_TOKENS_MIN = 200;

  public static final int ANSWER_TOKENS_DEFAULT = 6_000;
  public static final int ANSWER_TOKENS_MAX = 20_000;

  /**
   * What an answer takes while it is made, at most and together with what it is made of: in its
   * {@code max_tokens}, and in the bytes of a file that is given whole.
   */
  public static final int ANSWER_COPIES_MAX = 32;

  public static final int RESOURCE_COPIES_MAX = 24;

  /** An answer that takes no more than this is small. */
  public static final int SMALL_ANSWER_BYTES_MAX = 2 << 20;

  /**
   * What all small answers may take together, until they are written, and all others: an eighth and
   * a quarter of the heap.
   */
  public static final long SMALL_ANSWERS_BYTES_MAX = Runtime.getRuntime().maxMemory() / 8;

  public static final long LARGE_ANSWERS_BYTES_MAX = Runtime.getRuntime().maxMemory() / 4;

  /** What a thread keeps of a search for text, a file and the steps of a pattern. */
  public static final long SCAN_THREAD_BYTES_MAX = 8 << 20;

  /** What all searches for text may keep together: a quarter of the heap. */
  public static final long SCANS_BYTES_MAX = Runtime.getRuntime().maxMemory() / 4;

  /** Threads that work at one of them: so few that four can run, where the heap is enough. */
  public static final int SCAN_THREADS_MAX = threads(SCANS_BYTES_MAX / 4, SCAN_THREAD_BYTES_MAX);

  /** What a thread needs that compares versions of a file: their bytes, and their lines. */
  public static final long HISTORY_THREAD_BYTES_MAX = 4L * BLOB_BYTES_MAX;

  /** Threads that do so: as many as half of the heap is enough for. */
  public static final int HISTORY_THREADS_MAX =
      threads(Runtime.getRuntime().maxMemory() / 2, HISTORY_THREAD_BYTES_MAX);

  /** How long an embedding server may take to accept a connection. */
  public static final int EMBEDDING_CONNECT_SECONDS_MAX = 5;

  /** Largest response of an embedding server. */
  public static final int EMBEDDING_RESPONSE_BYTES_MAX = 256 << 20;

  /** So much of what an embedding server says of its models is read, and of an error. */
  public static final int EMBEDDING_MODELS_BYTES_MAX = 4 << 20;

  public static final int EMBEDDING_ERROR_BYTES_MAX = 64 << 10;

  /** How long an idle connection is kept: uvicorn closes it after 5 s, and may do so under us. */
  public static final int EMBEDDING_IDLE_SECONDS_MAX = 4;

  /** How long an embedding server may take to say that it is well. */
  public static final int EMBEDDING_HEALTH_MILLIS_MAX = 3_000;

  /** Tokens of the texts of one request; a single text may have more. */
  public static final int EMBEDDING_BATCH_TOKENS_MAX = 16_384;

  /** Requests for documents that one run of the indexer has in flight. */
  public static final int EMBEDDING_CALLERS_MAX = 6;

  /** How often a request is sent for documents, and for a query, somebody waits for which. */
  public static final int EMBEDDING_ATTEMPTS_MAX = 5;

  public static final int EMBEDDING_QUERY_ATTEMPTS_MAX = 2;

  /** The first pause between two of them; each next is twice as long. */
  public static final int EMBEDDING_RETRY_MILLIS = 200;

  /** The longest pause that a server may ask for; if it asks for more it cannot be had. */
  public static final int EMBEDDING_RETRY_AFTER_SECONDS_MAX = 10;

  /** How long a server that cannot be had is not asked again: at first, and at last. */
  public static final int EMBEDDING_OUTAGE_MILLIS_MIN = 1_000;

  public static final int EMBEDDING_OUTAGE_MILLIS_MAX = 15_000;

  /** Queries whose vectors are kept. */
  public static final int QUERY_VECTORS_MAX = 256;

  /** Texts that a model refused, and that it is not asked for again. */
  public static final int REFUSALS_MAX = 100_000;

  /** Longest text that is put before each document or query. */
  public static final int PREFIX_CHARS_MAX = 2_000;

  /** Files that are compared with one that appeared; of more than these only equal ones count. */
  public static final int RENAME_SOURCES_MAX = 50_000;

  /** Largest file that is compared with one that appeared; a larger one must be equal. */
  public static final int RENAME_BLOB_BYTES_MAX = 16 << 20;

  /** So much of a commit is read for its author and summary. */
  public static final int COMMIT_BYTES_MAX = 1 << 20;

  /** Longest name or address of an author that is shown; a longer one ends in three dots. */
  public static final int AUTHOR_CHARS_MAX = 200;

  /**
   * Longest first paragraph of a commit's message that is shown; a longer one ends in three dots.
   */
  public static final int SUMMARY_CHARS_MAX = 500;

  /** Longest name of a revision. */
  public static final int REVISION_CHARS_MAX = 512;

  /** From so many commits on a commit-graph is written where the repository has none. */
  public static final int COMMIT_GRAPH_COMMITS_MIN = 5_000;

  /** What is kept on disk of the blame of one repository; the oldest goes first. */
  public static final long BLAME_CACHE_BYTES_MAX = 64L << 20;

  /** Longest text or expression that is searched for in files. */
  public static final int TEXT_QUERY_CHARS_MAX = 2_000;

  /** Most matches of one answer of search_text, and lines around each. */
  public static final int TEXT_MATCHES_MAX = 1_000;

  public static final int CONTEXT_LINES_MAX = 10;

  /** Longest line that search_text shows whole; of a longer one a part. */
  public static final int PREVIEW_CHARS_MAX = 240;

  /** So many places of matches in one line are told. */
  public static final int COLUMNS_MAX = 20;

  /** Groups within each other in a regular expression, and how often a part may be repeated. */
  public static final int PATTERN_DEPTH_MAX = 100;

  public static final int PATTERN_REPEATS_MAX = 1_000;

  /** Instructions of a compiled regular expression. */
  public static final int PATTERN_INSTRUCTIONS_MAX = 20_000;

  /** What a thread remembers of the steps of a regular expression, numbers of four bytes. */
  public static final int PATTERN_MEMORY_ENTRIES_MAX = 1 << 20;
}
