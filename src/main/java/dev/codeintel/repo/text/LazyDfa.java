package dev.codeintel.repo.text;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.repo.text.Node.At;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Runs a program over bytes, and remembers each step it took: a step that was taken before costs a
 * look into a table. What is remembered is bounded; when it is full it is forgotten. So a byte
 * costs at worst a walk over the program, whatever the text and the expression.
 *
 * <p>A state is the list of instructions at which the program may be, the preferred first, and what
 * stood before. Whether a condition on a place holds is known when the next byte is: so a match is
 * seen one byte behind its end. For one thread.
 */
final class LazyDfa {

  private static final byte LINE_FEED = '\n';
  private static final int CANCEL_EVERY_STEPS = 256;

  /** A table's entry that is not known yet. */
  private static final int UNKNOWN = 0;

  /** The number of the state out of which nothing leads. */
  private static final int DEAD = 1;

  /** What stood before a state. */
  private static final int AT_EDGE = 1;

  private static final int BEHIND_WORD = 2;

  private final Program program;
  private final boolean longest;
  private final CancelToken cancel;

  /** The class of each byte; bytes of one class lead to the same states. */
  private final int[] classes = new int[256];

  /** A byte of each class. */
  private final int[] examples;

  private final int stride;
  private final int edge;

  /**
   * Where each class leads: the row of the next state, negative if the expression matched before
   * the byte. Rows of states, one behind the other.
   */
  private int[] table;

  private State[] states;
  private int count;

  /** How many instructions all states together hold. */
  private int held;

  private final Map<State, Integer> numbers = new HashMap<>();
  private final int[] starts = new int[8];

  private final int[] list;
  private int listSize;
  private final int[] other;
  private int otherSize;
  private final int[] stamps;
  private int stamp;
  private final int[] stack;
  private long steps;

  /** How often all was forgotten. */
  private int forgotten;

  private record State(int[] instructions, int before) {
    @Override
    public boolean equals(Object object) {
      return object instanceof State state
          && before == state.before
          && Arrays.equals(instructions, state.instructions);
    }

    @Override
    public int hashCode() {
      return 31 * Arrays.hashCode(instructions) + before;
    }
  }

  /**
   * @param longest whether a longer match is preferred, instead of the program's preference
   */
  LazyDfa(Program program, boolean longest, CancelToken cancel) {
    this.program = program;
    this.longest = longest;
    this.cancel = cancel;
    this.examples = classify();
    this.edge = examples.length;
    this.stride = edge + 1;
    var size = program.size();
    list = new int[size];
    other = new int[size];
    stamps = new int[size];
    stack = new int[2 * size + 2];
    states = new State[16];
    table = new int[16 * stride];
    forget();
  }

  private int[] classify() {
    var borders = new boolean[257];
    borders[LINE_FEED] = true;
    borders[LINE_FEED + 1] = true;
    for (var i = 0; i < program.size(); i++) {
      if (program.kinds()[i] == Program.BYTES && program.low()[i] <= program.high()[i]) {
        borders[program.low()[i]] = true;
        borders[program.high()[i] + 1] = true;
      }
    }
    if (program.looks()) {
      var word = CodePoints.WORD.ranges();
      for (var i = 0; i < word.length; i += 2) {
        borders[word[i]] = true;
        borders[word[i + 1] + 1] = true;
      }
    }
    var found = new int[256];
    var last = 0;
    for (var value = 1; value < 256; value++) {
      if (borders[value]) {
        found[++last] = value;
      }
      classes[value] = last;
    }
    return Arrays.copyOf(found, last + 1);
  }

  private void forget() {
    forgotten++;
    numbers.clear();
    Arrays.fill(starts, 0);
    Arrays.fill(table, UNKNOWN);
    Arrays.fill(states, null);
    held = 0;
    count = 2; // entry 0 stands for none, 1 is the dead state
    Arrays.fill(table, stride, 2 * stride, DEAD * stride);
    states[DEAD] = new State(new int[0], 0);
  }

  /**
   * Finds the first line in which there is a match, or rather a place in it.
   *
   * @param from the start of a line
   * @return a place in the line, its line feed included; -1 where no line matches
   */
  int lineWithMatch(byte[] bytes, int from, int to) {
    var state = start(program.search(), AT_EDGE);
    var rows = table;
    for (var at = from; at < to; at++) {
      var next = rows[state + (classes[bytes[at] & 0xFF])];
      if (next <= UNKNOWN) {
        if (next == UNKNOWN) {
          next = step(state, classes[bytes[at] & 0xFF]);
          rows = table;
        }
        if (next < 0) {
          return at;
        }
      }
      state = next;
    }
    var unended = to > from && bytes[to - 1] != LINE_FEED; // behind a line feed no line begins
    return unended && leadsTo(state, edge) < 0 ? to : -1;
  }

  /**
   * The end of the first match in a line that begins at or behind a place.
   *
   * @param lineStart where the line starts
   * @param from where a match may begin
   * @param lineEnd behind the last byte of the line, before its line feed
   * @return behind the match; -1 where there is none
   */
  int matchEnd(byte[] bytes, int lineStart, int from, int lineEnd) {
    var state = start(program.search(), before(bytes, from - 1, lineStart, lineEnd));
    var end = -1;
    for (var at = from; at < lineEnd; at++) {
      var next = leadsTo(state, classes[bytes[at] & 0xFF]);
      if (next < 0) {
        end = at;
        next = -next;
      }
      if (next == DEAD * stride) {
        return end;
      }
      state = next;
    }
    return leadsTo(state, edge) < 0 ? lineEnd : end;
  }

  /**
   * The start of the match that ends at a place; for a reversed program.
   *
   * @param from where a match may begin
   * @param end behind the match
   * @return where it begins; -1 where none ends there
   */
  int matchStart(byte[] bytes, int lineStart, int from, int end, int lineEnd) {
    var state = start(program.start(), before(bytes, end, lineStart, lineEnd));
    var found = -1;
    for (var at = end - 1; at >= from; at--) {
      var next = leadsTo(state, classes[bytes[at] & 0xFF]);
      if (next < 0) {
        found = at + 1;
        next = -next;
      }
      if (next == DEAD * stride) {
        return found;
      }
      state = next;
    }
    var last = from == lineStart ? edge : classes[bytes[from - 1] & 0xFF];
    return leadsTo(state, last) < 0 ? from : found;
  }

  private static int before(byte[] bytes, int at, int lineStart, int lineEnd) {
    return at < lineStart || at >= lineEnd ? AT_EDGE : isWord(bytes[at] & 0xFF) ? BEHIND_WORD : 0;
  }

  private static boolean isWord(int value) {
    return value >= 'a' && value <= 'z'
        || value >= 'A' && value <= 'Z'
        || value >= '0' && value <= '9'
        || value == '_';
  }

  /** The next state's row; negative if the expression matched before the byte. */
  private int leadsTo(int state, int byteClass) {
    var next = table[state + byteClass];
    return next == UNKNOWN ? step(state, byteClass) : next;
  }

  private int start(int instruction, int before) {
    var slot = (instruction == program.search() ? 4 : 0) + before;
    if (starts[slot] == 0) {
      stamp++;
      listSize = 0;
      reach(instruction);
      starts[slot] = number(program.looks() ? before : 0) * stride;
    }
    return starts[slot];
  }

  /** Takes a step for the first time since all was forgotten. */
  private int step(int state, int byteClass) {
    if (++steps % CANCEL_EVERY_STEPS == 0) {
      cancel.check();
    }
    var age = forgotten;
    var here = states[state / stride];
    var isEdge = byteClass == edge || examples[byteClass] == LINE_FEED;
    var value = isEdge ? -1 : examples[byteClass];
    resolve(here, isEdge, value);
    var matched = advance(value);
    // The line is over: whatever the program waited for, the next one begins.
    var next =
        isEdge
            ? start(program.search(), AT_EDGE)
            : number(program.looks() && isWord(value) ? BEHIND_WORD : 0) * stride;
    var entry = matched ? -next : next;
    if (forgotten == age) { // else the row belongs to another state by now
      table[state + byteClass] = entry;
    }
    return entry;
  }

  /** What can be reached from the instructions of a state without a byte, into the list. */
  private void resolve(State state, boolean isEdge, int value) {
    stamp++;
    listSize = 0;
    if (!program.looks()) {
      System.arraycopy(state.instructions, 0, list, 0, state.instructions.length);
      listSize = state.instructions.length;
      return;
    }
    var wordBefore = (state.before & BEHIND_WORD) != 0;
    var wordNext = !isEdge && isWord(value);
    var held =
        ((state.before & AT_EDGE) != 0 ? 1 << At.LINE_START.ordinal() : 0)
            | (isEdge ? 1 << At.LINE_END.ordinal() : 0)
            | 1 << (wordBefore != wordNext ? At.WORD_EDGE : At.NO_WORD_EDGE).ordinal();
    for (var instruction : state.instructions) {
      follow(instruction, held);
    }
  }

  /** Moves the list over a byte; whether the expression matched before it. */
  private boolean advance(int value) {
    System.arraycopy(list, 0, other, 0, listSize);
    otherSize = listSize;
    stamp++;
    listSize = 0;
    var matched = false;
    for (var i = 0; i < otherSize; i++) {
      var instruction = other[i];
      var kind = program.kinds()[instruction];
      if (kind == Program.MATCH) {
        matched = true;
        if (!longest) {
          break; // what is less preferred is not wanted any more
        }
      } else if (kind == Program.BYTES
          && program.low()[instruction] <= value
          && value <= program.high()[instruction]) {
        reach(program.next()[instruction]);
      }
    }
    return matched;
  }

  /**
   * Adds what an instruction leads to without a byte to the list; where there are conditions, the
   * instruction itself, until it is known which of them hold. To go as far as the first condition
   * and later on from there would try again what was tried before it, and prefer that.
   */
  private void reach(int instruction) {
    if (!program.looks()) {
      follow(instruction, 0);
    } else if (stamps[instruction] != stamp) {
      stamps[instruction] = stamp;
      list[listSize++] = instruction;
    }
  }

  /**
   * Adds what can be reached without a byte to the list, the preferred first.
   *
   * @param held the conditions that hold, a bit each
   */
  private void follow(int instruction, int held) {
    var top = 0;
    stack[top++] = instruction;
    while (top > 0) {
      var at = stack[--top];
      if (stamps[at] == stamp) {
        continue;
      }
      stamps[at] = stamp;
      switch (program.kinds()[at]) {
        case Program.FORK -> {
          stack[top++] = program.other()[at];
          stack[top++] = program.next()[at];
        }
        case Program.LOOK -> {
          if ((held & 1 << program.low()[at]) != 0) {
            stack[top++] = program.next()[at];
          }
        }
        default -> list[listSize++] = at;
      }
    }
  }

  /** The number of the state that the list is. */
  private int number(int before) {
    if (listSize == 0) {
      return DEAD;
    }
    var state = new State(Arrays.copyOf(list, listSize), before);
    var known = numbers.get(state);
    if (known != null) {
      return known;
    }
    if ((count + 1) * stride + held + listSize > Limits.PATTERN_MEMORY_ENTRIES_MAX) {
      forget();
    }
    if (count == states.length) {
      states = Arrays.copyOf(states, 2 * count);
      table = Arrays.copyOf(table, 2 * count * stride);
    }
    states[count] = state;
    held += listSize;
    numbers.put(state, count);
    return count++;
  }
}
