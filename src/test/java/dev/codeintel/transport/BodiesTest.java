package dev.codeintel.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.config.Limits;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class BodiesTest {

  private final Bodies bodies = new Bodies();

  private static ByteArrayInputStream body(int bytes) {
    return new ByteArrayInputStream(new byte[bytes]);
  }

  /** What a request brings lives as long as its call waits: forty of 3.6 MB filled the heap. */
  @Test
  void aLargeBodyTakesRoomUntilItsRequestIsServed() throws Exception {
    var rooms = new ArrayList<Bodies.Room>();
    var count = Limits.HTTP_BODIES_BYTES_MAX / Limits.HTTP_BODY_BYTES_MAX;
    for (var i = 0; i < count; i++) {
      rooms.add(bodies.room());
      assertThat(rooms.getLast().read(body(Limits.HTTP_BODY_BYTES_MAX)))
          .hasSize(Limits.HTTP_BODY_BYTES_MAX);
    }
    try (var one = bodies.room();
        var small = bodies.room()) {
      assertThatThrownBy(() -> one.read(body(Limits.HTTP_BODY_BYTES_MAX)))
          .isInstanceOf(Refusal.class);
      assertThat(small.read(body(Limits.HTTP_SMALL_BODY_BYTES_MAX)))
          .hasSize(Limits.HTTP_SMALL_BODY_BYTES_MAX);
    }
    rooms.removeLast().close();
    try (var one = bodies.room()) {
      assertThat(one.read(body(Limits.HTTP_BODY_BYTES_MAX))).hasSize(Limits.HTTP_BODY_BYTES_MAX);
    }
  }

  @Test
  void aBodyThatIsTooLargeIsRefused() {
    try (var room = bodies.room()) {
      assertThatThrownBy(() -> room.read(body(Limits.HTTP_BODY_BYTES_MAX + 1)))
          .isInstanceOf(Refusal.class);
    }
  }
}
