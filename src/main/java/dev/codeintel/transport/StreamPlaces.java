package dev.codeintel.transport;

import dev.codeintel.config.Limits;
import java.util.HashMap;
import java.util.Map;

/** Room for streams that stay open: of all clients, and of each. Safe for use by any thread. */
final class StreamPlaces {

  /** One stream's; to be given back. */
  interface Place extends AutoCloseable {
    @Override
    void close();
  }

  private final Map<String, Integer> ofClient = new HashMap<>();
  private int ofAll;

  synchronized Place take(String client) throws Refusal {
    var own = ofClient.getOrDefault(client, 0);
    if (ofAll >= Limits.HTTP_STREAMS_MAX || own >= Limits.HTTP_STREAMS_PER_CLIENT_MAX) {
      throw Refusal.busy("Subscription limit reached. Close a stream before you open another.");
    }
    ofAll++;
    ofClient.put(client, own + 1);
    return () -> giveBack(client);
  }

  private synchronized void giveBack(String client) {
    ofAll--;
    ofClient.computeIfPresent(client, (_, own) -> own == 1 ? null : own - 1);
  }
}
