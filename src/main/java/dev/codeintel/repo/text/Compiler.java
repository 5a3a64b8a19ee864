package dev.codeintel.repo.text;

import dev.codeintel.config.Limits;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes a program of an expression, from its end to its start: each piece is told where to go on.
 * Reversed, it reads a text from the end of a match to its start.
 */
final class Compiler {

  private final boolean reversed;
  private byte[] kinds = new byte[64];
  private int[] low = new int[64];
  private int[] high = new int[64];
  private int[] next = new int[64];
  private int[] other = new int[64];
  private int size;
  private boolean looks;

  private Compiler(boolean reversed) {
    this.reversed = reversed;
  }

  /**
   * @throws PatternException when there are too many instructions
   */
  static Program compile(Node node, boolean reversed) {
    var compiler = new Compiler(reversed);
    var start = compiler.emit(node, compiler.add(Program.MATCH, 0, 0, 0));
    // Whole characters are left out, never half a one; a match here is preferred to a later one.
    var search = compiler.fork(start, start);
    compiler.set(search, true, start, compiler.chars(CodePoints.ALL, search));
    return new Program(
        Arrays.copyOf(compiler.kinds, compiler.size),
        Arrays.copyOf(compiler.low, compiler.size),
        Arrays.copyOf(compiler.high, compiler.size),
        Arrays.copyOf(compiler.next, compiler.size),
        Arrays.copyOf(compiler.other, compiler.size),
        start,
        search,
        compiler.looks);
  }

  private int emit(Node node, int then) {
    return switch (node) {
      case Node.Chars chars -> chars(chars.set(), then);
      case Node.Concat concat -> concat(concat.parts(), then);
      case Node.Alternate alternate -> alternate(alternate.choices(), then);
      case Node.Repeat repeat -> repeat(repeat, then);
      case Node.Look look -> look(look.at(), then);
    };
  }

  private int concat(List<Node> parts, int then) {
    var at = then;
    for (var part : reversed ? parts : parts.reversed()) {
      at = emit(part, at);
    }
    return at;
  }

  private int alternate(List<Node> choices, int then) {
    var at = emit(choices.getLast(), then);
    for (var i = choices.size() - 2; i >= 0; i--) {
      at = fork(emit(choices.get(i), then), at);
    }
    return at;
  }

  private int repeat(Node.Repeat repeat, int then) {
    var at = then;
    var min = repeat.min();
    if (repeat.max() == Node.Repeat.UNLIMITED) {
      var again = fork(then, then);
      var part = emit(repeat.part(), again);
      set(again, repeat.greedy(), part, then);
      if (min > 0) {
        at = part;
      } else if (Node.canBeEmpty(repeat.part())) {
        // Tried once before it is left out: (|a)* prefers the empty one. The part of the loop, not
        // a copy of it: behind the nothing of a copy the loop would try the a.
        at = fork(then, then);
        set(at, repeat.greedy(), part, then);
      } else {
        at = again;
      }
      min--;
    } else {
      for (var i = min; i < repeat.max(); i++) {
        var optional = fork(then, then);
        set(optional, repeat.greedy(), emit(repeat.part(), at), then);
        at = optional;
      }
    }
    for (var i = 0; i < min; i++) {
      var before = size;
      at = emit(repeat.part(), at);
      if (size == before) {
        break; // nothing, however often
      }
    }
    return at;
  }

  private void set(int fork, boolean moreIsPreferred, int more, int less) {
    next[fork] = moreIsPreferred ? more : less;
    other[fork] = moreIsPreferred ? less : more;
  }

  private int look(Node.At at, int then) {
    looks = true;
    var seen =
        switch (at) {
          case LINE_START -> reversed ? Node.At.LINE_END : at;
          case LINE_END -> reversed ? Node.At.LINE_START : at;
          case WORD_EDGE, NO_WORD_EDGE -> at;
        };
    return add(Program.LOOK, seen.ordinal(), 0, then);
  }

  private int fork(int preferred, int otherwise) {
    var at = add(Program.FORK, 0, 0, preferred);
    other[at] = otherwise;
    return at;
  }

  /** One character of a set, as ways through its bytes that share what they end in. */
  private int chars(CodePoints set, int then) {
    var shared = new HashMap<List<Integer>, Integer>();
    var ways = new int[] {-1};
    Utf8.sequences(
        set,
        (lows, highs, length) -> {
          var at = then;
          for (var i = 0; i < length; i++) {
            var byteIndex = reversed ? i : length - 1 - i;
            at = bytes(lows[byteIndex], highs[byteIndex], at, shared);
          }
          ways[0] = ways[0] < 0 ? at : fork(ways[0], at);
        });
    return ways[0] < 0 ? add(Program.BYTES, 1, 0, then) : ways[0]; // no byte is both
  }

  private int bytes(int lowest, int highest, int then, Map<List<Integer>, Integer> shared) {
    return shared.computeIfAbsent(
        List.of(lowest, highest, then), _ -> add(Program.BYTES, lowest, highest, then));
  }

  private int add(byte kind, int lowest, int highest, int then) {
    if (size == Limits.PATTERN_INSTRUCTIONS_MAX) {
      throw new PatternException(
          "its repeats and classes stand for more than %,d instructions; lower the counts of its repeats"
              .formatted(Limits.PATTERN_INSTRUCTIONS_MAX));
    }
    if (size == kinds.length) {
      kinds = Arrays.copyOf(kinds, 2 * size);
      low = Arrays.copyOf(low, 2 * size);
      high = Arrays.copyOf(high, 2 * size);
      next = Arrays.copyOf(next, 2 * size);
      other = Arrays.copyOf(other, 2 * size);
    }
    kinds[size] = kind;
    low[size] = lowest;
    high[size] = highest;
    next[size] = then;
    return size++;
  }
}
