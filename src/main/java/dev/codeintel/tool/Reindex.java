package dev.codeintel.tool;

import dev.codeintel.index.IndexRun;
import dev.codeintel.index.IndexStatus;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/** Brings the index up to date when it is asked for, and not when it is due by itself. */
public final class Reindex implements Tool {

  /** What there is to say where a delta would be merged. */
  public static final String NOTHING_TO_MERGE =
      "There is nothing to merge: the vector index is one, made in memory from all vectors.";

  private static final String INCREMENTAL = "incremental";
  private static final String FULL = "full";
  private static final String MERGE = "merge";

  /** How often who waits is told how far it is; a run writes it down as often. */
  private static final Duration LOOK_EVERY = Duration.ofMillis(500);

  private static final ToolDefinition DEFINITION =
      new ToolDefinition(
          "reindex",
          "Update the index",
          "Bring the index up to date now; it also happens by itself. full reads every file again."
              + " With wait the answer comes when it is done.",
          List.of(
              Parameter.choice("mode", "", INCREMENTAL, FULL, MERGE),
              Parameter.flag("wait", "", false)),
          keys(),
          false);

  private static List<Key> keys() {
    var keys = new ArrayList<Key>();
    keys.add(new Key("run_id", Kind.TEXT));
    keys.add(new Key("notes", Kind.TEXTS));
    keys.addAll(IndexStatusTool.KEYS);
    return keys;
  }

  @Override
  public ToolDefinition definition() {
    return DEFINITION;
  }

  @Override
  public Result call(Backend backend, Arguments arguments, Call call) {
    var mode = arguments.text("mode");
    var wait = arguments.flag("wait");
    if (mode.equals(MERGE)) {
      return merged(backend.status(), wait);
    }
    var run = backend.reindex(mode.equals(FULL));
    if (!wait) {
      return started(run, followed(backend.status()));
    }
    var done = await(run, backend, call);
    return awaited(run, done, backend.status());
  }

  /**
   * Waits until a run has ended or the time is up.
   *
   * @return whether it has ended
   * @throws CodeintelException {@code cancelled}: nobody waits any more, and the run goes on; or
   *     what ended the run
   */
  private static boolean await(IndexRun run, Backend backend, Call call) {
    try {
      while (!run.await(LOOK_EVERY)) {
        call.cancel().check();
        backend
            .status()
            .progress()
            .ifPresent(now -> call.progress().at(now.phase(), now.done(), now.total()));
      }
      return true;
    } catch (CodeintelException e) {
      if (e.code() == ErrorCode.TIMEOUT) {
        return false;
      }
      throw e;
    }
  }

  private static Result merged(IndexStatus status, boolean wait) {
    var values = new LinkedHashMap<String, Object>();
    values.put("state", status.state());
    values.put("notes", List.of(NOTHING_TO_MERGE));
    if (wait) {
      values.putAll(IndexStatusTool.values(status));
    }
    return new IndexStatusTool.Status(values);
  }

  private static Result started(IndexRun run, Optional<String> followed) {
    var values = new LinkedHashMap<String, Object>();
    values.put("run_id", run.id());
    values.put("state", IndexStatus.State.INDEXING);
    followed.ifPresent(note -> values.put("notes", List.of(note)));
    return new IndexStatusTool.Status(values);
  }

  private static Result awaited(IndexRun run, boolean done, IndexStatus status) {
    var values = new LinkedHashMap<String, Object>();
    values.put("run_id", run.id());
    if (!done) {
      values.put("notes", notDone(status));
    }
    values.putAll(IndexStatusTool.values(status));
    if (!done) {
      values.put("state", IndexStatus.State.INDEXING);
    }
    return new IndexStatusTool.Status(values);
  }

  private static List<String> notDone(IndexStatus status) {
    var notes = new ArrayList<String>();
    notes.add(
        "The run goes on in the background: the time of one call (QUERY_TIMEOUT_S) was up."
            + " index_status tells how far it is.");
    followed(status).ifPresent(notes::add);
    return notes;
  }

  /** Says so where another process is at it. */
  private static Optional<String> followed(IndexStatus status) {
    return status
        .progress()
        .map(IndexStatus.RunProgress::pid)
        .filter(pid -> pid != ProcessHandle.current().pid())
        .map("Process %d is indexing; this run begins when that one has ended."::formatted);
  }
}
