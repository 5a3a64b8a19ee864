package dev.codeintel.embed;

import dev.codeintel.config.Limits;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The vectors of the queries that were asked last: pages of one answer, and agents that ask again,
 * ask the same. Safe for use by any thread.
 */
final class QueryCache {

  private final Map<String, float[]> vectors =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, float[]> eldest) {
          return size() > Limits.QUERY_VECTORS_MAX;
        }
      };

  /**
   * @param vector receives the query's vector, where that is known
   * @return whether it is
   */
  synchronized boolean get(String query, MemorySegment vector) {
    var known = vectors.get(query);
    if (known == null) {
      return false;
    }
    MemorySegment.copy(known, 0, vector, ValueLayout.JAVA_FLOAT, 0, known.length);
    return true;
  }

  synchronized void put(String query, MemorySegment vector, int dimension) {
    vectors.put(
        query, vector.asSlice(0, (long) dimension * Float.BYTES).toArray(ValueLayout.JAVA_FLOAT));
  }
}
