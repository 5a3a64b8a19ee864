package dev.codeintel.tool;

import dev.codeintel.index.IndexStatus;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether this process is of use by now, and why not.
 *
 * @param ready whether no check has failed
 * @param checks in the order in which one needs the other
 */
public record Readiness(boolean ready, List<Check> checks) {

  /** How a check came out. */
  public enum State {
    OK,
    /** Of use, but less than it was set up for. */
    DEGRADED,
    FAILED
  }

  /**
   * One thing that answers depend on.
   *
   * @param reason in words, also where all is well
   */
  public record Check(String name, State state, String reason) {}

  /**
   * Looks at a toolbox, which opens the repository where no call has. Where there is no index yet
   * this starts the first one: what waits for it before it sends calls would wait for ever.
   */
  public static Readiness of(Toolbox toolbox) {
    try {
      return toolbox.use(CancelToken.create(), Readiness::of);
    } catch (CodeintelException e) {
      return of(List.of(new Check("repository", State.FAILED, e.getMessage())));
    }
  }

  private static Readiness of(Backend backend) {
    var root = backend.workspace().root();
    var checks = new ArrayList<Check>();
    checks.add(new Check("repository", State.OK, root + " is open"));
    try {
      var status = backend.status();
      checks.add(index(status));
      checks.add(embedder(status.embedder()));
      if (!status.listed()) {
        backend.touch();
      }
    } catch (CodeintelException e) {
      checks.add(new Check("index", State.FAILED, e.getMessage()));
    }
    return of(checks);
  }

  private static Readiness of(List<Check> checks) {
    return new Readiness(
        checks.stream().noneMatch(check -> check.state() == State.FAILED), List.copyOf(checks));
  }

  private static Check index(IndexStatus status) {
    return switch (status.state()) {
      case ABSENT -> new Check("index", State.FAILED, "there is none yet; it is being made");
      case DAMAGED -> new Check("index", State.FAILED, "it is damaged; run codeintel index --full");
      case INDEXING, READY -> searchable(status);
    };
  }

  private static Check searchable(IndexStatus status) {
    var holds =
        "generation %d, %,d files, %.0f %% of the chunks with a vector"
            .formatted(
                status.generation(), status.files(), Math.floor(100 * status.embeddedShare()));
    return status.listed()
        ? new Check("index", State.OK, holds)
        : new Check("index", State.FAILED, "the first listing is not complete: " + holds);
  }

  private static Check embedder(IndexStatus.Model model) {
    return model
        .unavailable()
        .map(reason -> new Check("embedder", State.DEGRADED, "ranked by words alone: " + reason))
        .orElseGet(() -> new Check("embedder", State.OK, model.identity()));
  }
}
