package dev.codeintel.ops;

import java.util.Optional;
import java.util.function.LongFunction;

/** What one piece of work takes of a {@link MemoryBudget}. Used by one thread at a time. */
public final class MemoryShare implements AutoCloseable {

  private final LongFunction<MemoryBudget> choice;
  private Optional<MemoryBudget> budget = Optional.empty();
  private long bytes;

  /** Less than {@link #bytes} where those are more than there is at all. */
  private long counted;

  /**
   * @param choice the budget of work that first takes so many bytes
   */
  public MemoryShare(LongFunction<MemoryBudget> choice) {
    this.choice = choice;
  }

  /** What it takes now. */
  public long bytes() {
    return bytes;
  }

  /**
   * Takes more. A share that has some already does not wait: others may wait for what it has.
   *
   * @throws CodeintelException {@code cancelled} and {@code timeout} while it waits, {@code busy}
   *     where it must not wait; nothing more is taken then
   */
  public void take(long more, CancelToken cancel) {
    if (budget.isEmpty()) {
      var chosen = choice.apply(more);
      counted = chosen.await(more, cancel);
      budget = Optional.of(chosen);
    } else if (budget.get().takeNow(bytes + more - counted)) {
      counted = bytes + more;
    } else {
      throw new CodeintelException(
          ErrorCode.BUSY,
          "There is not enough memory for this beside the rest of its batch. Ask for it by itself.");
    }
    bytes += more;
  }

  /**
   * Says how much there is of it in the end. It is not asked whether that is there: others wait
   * until it is.
   */
  public void settle(long now) {
    var from = budget.orElseGet(() -> choice.apply(now));
    from.giveBack(counted - now);
    counted = now;
    bytes = now;
    budget = now == 0 ? Optional.empty() : Optional.of(from);
  }

  /** Gives back all. */
  @Override
  public void close() {
    settle(0);
  }
}
