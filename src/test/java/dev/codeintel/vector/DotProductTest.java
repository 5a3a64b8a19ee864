package dev.codeintel.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.codeintel.testkit.Seeded;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class DotProductTest {

  @Test
  void isTheSumOfProductsForEveryLength() {
    var random = Seeded.random();
    for (var length = 0; length < 70; length++) {
      try (var arena = Arena.ofConfined()) {
        var left =
            arena.allocate(ValueLayout.JAVA_FLOAT, Math.max(1, length)).asSlice(0, 4L * length);
        var right =
            arena.allocate(ValueLayout.JAVA_FLOAT, Math.max(1, length)).asSlice(0, 4L * length);
        var expected = 0.0;
        for (var i = 0; i < length; i++) {
          left.setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextFloat() - 0.5f);
          right.setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextFloat() - 0.5f);
          expected +=
              (double) left.getAtIndex(ValueLayout.JAVA_FLOAT, i)
                  * right.getAtIndex(ValueLayout.JAVA_FLOAT, i);
        }
        assertThat((double) DotProduct.of(left, right))
            .as("length %d", length)
            .isEqualTo(expected, within(1e-5));
      }
    }
  }
}
