package dev.codeintel.cli;

import dev.codeintel.ops.ErrorCode;

/** What a command tells the shell. */
final class ExitCode {

  static final int DONE = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;
  static final int NOTHING_FOUND = 3;
  static final int NO_SOUND_INDEX = 4;
  static final int NO_MODEL = 5;
  static final int INTERRUPTED = 130;

  private ExitCode() {}

  static int of(ErrorCode code) {
    return switch (code) {
      case INVALID_ARGUMENT -> USAGE;
      case INDEX_NOT_READY, INDEX_DAMAGED -> NO_SOUND_INDEX;
      case EMBEDDING_UNAVAILABLE -> NO_MODEL;
      case CANCELLED -> INTERRUPTED;
      default -> FAILED;
    };
  }
}
