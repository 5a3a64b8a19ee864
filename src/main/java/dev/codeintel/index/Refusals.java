package dev.codeintel.index;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.Log;
import dev.codeintel.store.VectorKey;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The texts that the model refused, as long as the process lives: each run would ask again for all
 * of them, and make the server work in vain. Used by one run at a time.
 */
final class Refusals {

  private final Map<VectorKey, String> reasons =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<VectorKey, String> eldest) {
          return size() > Limits.REFUSALS_MAX;
        }
      };

  synchronized boolean contains(VectorKey key) {
    return reasons.containsKey(key);
  }

  /**
   * @param place where the text stands
   */
  synchronized void add(VectorKey key, String place, String reason) {
    reasons.put(key, reason);
    Log.warning("Text not embedded", "place", place, "reason", reason);
  }
}
