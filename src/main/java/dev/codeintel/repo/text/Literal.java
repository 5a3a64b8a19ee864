package dev.codeintel.repo.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * ASCII bytes that stand one behind the other in every match, found by its two rarest ones. Of a
 * letter both cases may be meant. Immutable.
 */
final class Literal {

  /** Set in the lower case of an ASCII letter, not set in the upper case. */
  private static final int CASE_BIT = 0x20;

  /** Bytes of source code, the most frequent first; what is missing is rare. */
  private static final String FREQUENT =
      " etanrisocldpumfg.h(),b\";=y*v/_wk{}x-ETSCARI<>0:NOPDLM1'FjqzB&U[]!2#GV+W?|H";

  /** How many of the most frequent bytes make a poor anchor, alone and where two are asked for. */
  private static final int POOR_ALONE = 40;

  private static final int POOR_IN_PAIRS = 14;

  private final byte[] masks;
  private final byte[] values;
  private final int first;
  private final int second;

  /**
   * @param masks what is set in each byte before it is compared: the bit of the case, or nothing
   */
  private Literal(byte[] masks, byte[] values) {
    this.masks = masks;
    this.values = values;
    var byRarity = new ArrayList<Integer>();
    for (var i = 0; i < values.length; i++) {
      byRarity.add(i);
    }
    byRarity.sort(Comparator.comparingInt(this::rank).reversed());
    first = byRarity.getFirst();
    second = byRarity.get(Math.min(1, values.length - 1));
  }

  /**
   * The literal of an expression that is nothing else.
   *
   * @param asciiOnly whether the text is known to be of ASCII, so that an s has two forms only
   */
  static Optional<Literal> whole(Node node, boolean asciiOnly) {
    if (Node.looks(node)) {
      return Optional.empty();
    }
    return Run.exact(node, asciiOnly).filter(run -> run.length() > 0).map(Run::literal);
  }

  /** The literal of an expression that is best looked for; empty where none is worth it. */
  static Optional<Literal> required(Node node, boolean asciiOnly) {
    return Run.best(node, asciiOnly).map(Run::literal).filter(Literal::isRare);
  }

  int length() {
    return values.length;
  }

  private int rank(int index) {
    var at = FREQUENT.indexOf(values[index]);
    return at < 0 ? FREQUENT.length() : at;
  }

  private boolean isRare() {
    return values.length == 1
        ? rank(first) >= POOR_ALONE
        : values.length > 2 || rank(first) >= POOR_IN_PAIRS;
  }

  /**
   * @return where it begins; -1 where it does not occur
   */
  int find(byte[] bytes, int from, int to) {
    var last = to - values.length;
    var at = from;
    var firstMask = Swar.all(masks[first]);
    var firstValue = Swar.all(values[first]);
    var secondMask = Swar.all(masks[second]);
    var secondValue = Swar.all(values[second]);
    for (; at + Swar.LANES - 1 <= last; at += Swar.LANES) {
      var differ =
          ((long) Swar.LONGS.get(bytes, at + first) | firstMask) ^ firstValue
              | ((long) Swar.LONGS.get(bytes, at + second) | secondMask) ^ secondValue;
      for (var marks = Swar.zeros(differ); marks != 0; marks &= marks - 1) {
        var start = at + Swar.lane(marks);
        if (isAt(bytes, start)) {
          return start;
        }
      }
    }
    for (; at <= last; at++) {
      if (isAt(bytes, at)) {
        return at;
      }
    }
    return -1;
  }

  private boolean isAt(byte[] bytes, int start) {
    for (var i = 0; i < values.length; i++) {
      if ((byte) (bytes[start + i] | masks[i]) != values[i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return new String(values, StandardCharsets.US_ASCII);
  }

  /** Bytes with their masks, while an expression is looked through. */
  private record Run(byte[] masks, byte[] values) {

    private static final Run NOTHING = new Run(new byte[0], new byte[0]);

    int length() {
      return values.length;
    }

    Literal literal() {
      return new Literal(masks, values);
    }

    private Run and(Run other) {
      var joined = length() + other.length();
      var bothMasks = Arrays.copyOf(masks, joined);
      var bothValues = Arrays.copyOf(values, joined);
      System.arraycopy(other.masks, 0, bothMasks, length(), other.length());
      System.arraycopy(other.values, 0, bothValues, length(), other.length());
      return new Run(bothMasks, bothValues);
    }

    /** What an expression is, if it is one run; places are passed over. */
    static Optional<Run> exact(Node node, boolean asciiOnly) {
      return switch (node) {
        case Node.Chars chars -> one(asciiOnly ? chars.set().and(CodePoints.ASCII) : chars.set());
        case Node.Concat concat -> {
          var all = Optional.of(NOTHING);
          for (var part : concat.parts()) {
            all = all.flatMap(run -> exact(part, asciiOnly).map(run::and));
          }
          yield all;
        }
        case Node.Look _ -> Optional.of(NOTHING);
        case Node.Alternate _, Node.Repeat _ -> Optional.empty();
      };
    }

    private static Optional<Run> one(CodePoints set) {
      if (set.isEmpty() || set.last() > 0x7F) {
        return Optional.empty();
      }
      if (set.size() == 1) {
        return Optional.of(new Run(new byte[] {0}, new byte[] {(byte) set.first()}));
      }
      var isLetter =
          set.size() == 2
              && set.last() == (set.first() | CASE_BIT)
              && Character.isLowerCase(set.last());
      return isLetter
          ? Optional.of(new Run(new byte[] {CASE_BIT}, new byte[] {(byte) set.last()}))
          : Optional.empty();
    }

    /** The run of an expression that occurs least, as far as one can tell. */
    static Optional<Run> best(Node node, boolean asciiOnly) {
      return switch (node) {
        case Node.Concat concat -> best(concat.parts(), asciiOnly);
        case Node.Repeat repeat ->
            repeat.min() > 0 ? best(repeat.part(), asciiOnly) : Optional.empty();
        case Node.Alternate _ -> Optional.empty();
        case Node.Chars _, Node.Look _ -> exact(node, asciiOnly).filter(run -> run.length() > 0);
      };
    }

    private static Optional<Run> best(List<Node> parts, boolean asciiOnly) {
      var runs = new ArrayList<Run>();
      var run = NOTHING;
      for (var part : parts) {
        var exact = exact(part, asciiOnly);
        if (exact.isPresent()) {
          run = run.and(exact.get());
        } else {
          runs.add(run);
          run = NOTHING;
          best(part, asciiOnly).ifPresent(runs::add);
        }
      }
      runs.add(run);
      return runs.stream()
          .filter(one -> one.length() > 0)
          .max(Comparator.comparingInt(one -> one.literal().worth()));
    }
  }

  /** Higher for what occurs less. */
  private int worth() {
    return rank(first) + (values.length > 1 ? rank(second) : 0) + 4 * Math.min(values.length, 8);
  }
}
