package dev.codeintel.testkit;

import java.util.Random;

/**
 * Randomness that can be had again: prints its seed, takes it back from {@code -Dtests.seed=...}.
 */
public final class Seeded {

  private Seeded() {}

  public static Random random() {
    var seed = Long.getLong("tests.seed", System.nanoTime());
    System.err.println("tests.seed=" + seed);
    return new Random(seed);
  }
}
