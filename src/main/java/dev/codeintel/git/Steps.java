package dev.codeintel.git;

import dev.codeintel.ops.CancelToken;

/**
 * Counts the work of one computation in steps of about equal cost, and looks at the cancel token
 * once in {@value #BETWEEN_CHECKS} of them: often enough to stop at once, too seldom to cost. One a
 * computation; not thread-safe.
 */
class Steps {

  static final int BETWEEN_CHECKS = 1_000;

  private final CancelToken cancel;
  private long taken;
  private long nextCheck;

  Steps(CancelToken cancel) {
    this.cancel = cancel;
  }

  /**
   * @param steps taken since the last call
   * @throws dev.codeintel.ops.CodeintelException when the work is no longer wanted
   */
  void take(int steps) {
    taken += steps;
    if (taken >= nextCheck) {
      nextCheck = taken + BETWEEN_CHECKS;
      cancel.check();
    }
  }

  /** How many steps were taken so far. */
  final long taken() {
    return taken;
  }
}
