package dev.codeintel.embed;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which texts go into one request: of similar length, since a server that pads makes all as long as
 * the longest; no more than a number, and no more tokens than a budget.
 */
final class BatchPlan {

  private BatchPlan() {}

  /**
   * @param tokens of each text, about
   * @param textsMax of a request
   * @param tokensMax of a request, unless a single text has more
   * @return places in {@code tokens}, a request each, longest texts first
   */
  static List<int[]> of(int[] tokens, int textsMax, int tokensMax) {
    var order =
        IntStream.range(0, tokens.length)
            .boxed()
            .sorted(Comparator.comparingInt((Integer at) -> tokens[at]).reversed())
            .mapToInt(Integer::intValue)
            .toArray();
    var batches = new ArrayList<int[]>();
    var from = 0;
    var sum = 0L;
    for (var to = 0; to < order.length; to++) {
      var more = tokens[order[to]];
      if (to > from && (to - from == textsMax || sum + more > tokensMax)) {
        batches.add(Arrays.copyOfRange(order, from, to));
        from = to;
        sum = 0;
      }
      sum += more;
    }
    if (from < order.length) {
      batches.add(Arrays.copyOfRange(order, from, order.length));
    }
    return batches;
  }
}
