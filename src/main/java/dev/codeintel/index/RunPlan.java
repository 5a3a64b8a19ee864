package dev.codeintel.index;

import java.util.Map;
import java.util.Optional;

/**
 * What a run would do.
 *
 * @param files that would be indexed
 * @param skipped files that would not, by reason
 * @param chunks pieces of them
 * @param tokens of all chunks, as the model counts them; 0 without one
 * @param embeddedChunks chunks whose vector is there already
 * @param textsToEmbed different texts that the model would be asked for
 * @param tokensToEmbed of these
 * @param speed of the model; absent where it would not be asked for anything
 */
public record RunPlan(
    int files,
    Map<String, Integer> skipped,
    int chunks,
    long tokens,
    int embeddedChunks,
    int textsToEmbed,
    long tokensToEmbed,
    Optional<Speed> speed) {

  /**
   * How fast the model was just now.
   *
   * @param sampleTexts texts that it was tried with
   */
  public record Speed(int sampleTexts, double tokensPerSecond) {}

  /** How long the model would work. */
  public Optional<Long> estimatedSeconds() {
    return speed.map(measured -> Math.round(tokensToEmbed / measured.tokensPerSecond()));
  }
}
