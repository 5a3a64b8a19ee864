package dev.codeintel.embed;

import java.nio.ByteBuffer;

/**
 * Reads a JSON number byte by byte, wherever the buffers are cut, and makes no object. A float is
 * off by one unit in the last place at most, and hardly ever: sixteen digits are kept exactly, more
 * than a float that was printed and read again needs.
 */
final class DecimalReader {

  /** More digits do not fit into a long. */
  private static final long DIGITS_BOUND = Long.MAX_VALUE / 10 - 1;

  /** Behind this every float is zero or infinite, whatever its digits. */
  private static final int EXPONENT_MAX = 9_999;

  private static final int EXACT_POWER_MAX = 22;
  private static final double[] POWERS = powers();

  private boolean negative;
  private long digits;
  private int scale;
  private int exponent;
  private boolean exponentNegative;
  private State state;

  /** What came last. */
  private enum State {
    START,
    SIGN,
    ZERO,
    WHOLE,
    POINT,
    FRACTION,
    E,
    EXPONENT_SIGN,
    EXPONENT
  }

  private static double[] powers() {
    var powers = new double[EXACT_POWER_MAX + 1];
    powers[0] = 1;
    for (var i = 1; i < powers.length; i++) {
      powers[i] = powers[i - 1] * 10; // exact up to here
    }
    return powers;
  }

  void start() {
    negative = false;
    digits = 0;
    scale = 0;
    exponent = 0;
    exponentNegative = false;
    state = State.START;
  }

  /**
   * Reads on.
   *
   * @return whether the number has ended, before the buffer's position
   * @throws VectorRows.Unusable when it is no number
   */
  boolean read(ByteBuffer from) {
    var limit = from.limit();
    for (var at = from.position(); at < limit; ) {
      var next = from.get(at);
      if (next >= '0' && next <= '9') {
        if (state == State.WHOLE || state == State.FRACTION) {
          at = digits(from, at, limit);
          continue;
        }
        digit(next - '0');
      } else if (next == '.' || next == '-' || next == '+' || (next | 0x20) == 'e') {
        sign(next);
      } else {
        from.position(at);
        return true;
      }
      at++;
    }
    from.position(limit);
    return false;
  }

  /** A run of digits, where most of the time goes. */
  private int digits(ByteBuffer from, int start, int limit) {
    var places = state == State.FRACTION ? 1 : 0;
    var sum = digits;
    var shift = scale;
    var at = start;
    for (; at < limit; at++) {
      var digit = from.get(at) - '0';
      if (digit < 0 || digit > 9) {
        break;
      }
      if (sum < DIGITS_BOUND) {
        sum = sum * 10 + digit;
        shift -= places;
      } else {
        shift += 1 - places;
      }
    }
    digits = sum;
    scale = shift;
    return at;
  }

  private void digit(int digit) {
    switch (state) {
      case START, SIGN -> {
        state = digit == 0 ? State.ZERO : State.WHOLE;
        append(digit, 0);
      }
      case WHOLE -> append(digit, 0);
      case POINT, FRACTION -> {
        state = State.FRACTION;
        append(digit, 1);
      }
      case E, EXPONENT_SIGN, EXPONENT -> {
        state = State.EXPONENT;
        exponent = Math.min(EXPONENT_MAX, exponent * 10 + digit);
      }
      case ZERO -> throw noNumber();
    }
  }

  private void append(int digit, int places) {
    if (digits < DIGITS_BOUND) {
      digits = digits * 10 + digit;
      scale -= places;
    } else {
      scale += 1 - places; // too small to matter, but its place counts
    }
  }

  private void sign(byte next) {
    var end = state == State.ZERO || state == State.WHOLE;
    if (next == '-' && state == State.START) {
      negative = true;
      state = State.SIGN;
    } else if (next == '.' && end) {
      state = State.POINT;
    } else if ((next | 0x20) == 'e' && (end || state == State.FRACTION)) {
      state = State.E;
    } else if ((next == '-' || next == '+') && state == State.E) {
      exponentNegative = next == '-';
      state = State.EXPONENT_SIGN;
    } else {
      throw noNumber();
    }
  }

  private static VectorRows.Unusable noNumber() {
    return VectorRows.Unusable.because("has a number that is none");
  }

  /** The number, once it has ended. */
  float toFloat() {
    requireEnd();
    var value = scaled(digits, scale + (exponentNegative ? -exponent : exponent));
    return (float) (negative ? -value : value);
  }

  private static double scaled(long digits, int power) {
    if (digits == 0) {
      return 0; // times infinity it would be no number
    }
    if (power >= -EXACT_POWER_MAX && power <= EXACT_POWER_MAX) {
      return power < 0 ? digits / POWERS[-power] : digits * POWERS[power];
    }
    return digits * Math.pow(10, power);
  }

  /** The number, once it has ended; -1 when it is no whole one. */
  long toIndex() {
    requireEnd();
    return (state == State.WHOLE || state == State.ZERO) && !negative ? digits : -1;
  }

  private void requireEnd() {
    if (state != State.ZERO
        && state != State.WHOLE
        && state != State.FRACTION
        && state != State.EXPONENT) {
      throw noNumber();
    }
  }
}
