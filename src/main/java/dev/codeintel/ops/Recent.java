package dev.codeintel.ops;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Values by their last use, as many as there is room for; each takes as much room as its giver
 * says. Safe for use by any thread.
 */
public final class Recent<K, V> {

  private final long weightMax;

  /** Guarded by this, as the rest is. */
  private final Map<K, Weighed<V>> values = new LinkedHashMap<>(16, .75f, true);

  private long weight;

  private record Weighed<V>(V value, long weight) {}

  /**
   * @param weightMax of all values together
   */
  public Recent(long weightMax) {
    this.weightMax = weightMax;
  }

  public synchronized Optional<V> get(K key) {
    return Optional.ofNullable(values.get(key)).map(Weighed::value);
  }

  /**
   * @param valueWeight positive; a value that is heavier than all may be together is not kept
   */
  public synchronized void put(K key, V value, long valueWeight) {
    var replaced = values.put(key, new Weighed<>(value, valueWeight));
    weight += valueWeight - (replaced == null ? 0 : replaced.weight);
    var oldest = values.values().iterator();
    while (weight > weightMax) {
      weight -= oldest.next().weight;
      oldest.remove();
    }
  }

  /** The keys as they are now. */
  public synchronized Set<K> keys() {
    return new HashSet<>(values.keySet());
  }
}
