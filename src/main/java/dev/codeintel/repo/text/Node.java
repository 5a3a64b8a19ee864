package dev.codeintel.repo.text;

import java.util.List;

/** An expression, taken apart. Immutable. */
sealed interface Node {

  /** One character of a set; of none, nothing. */
  record Chars(CodePoints set) implements Node {}

  /** All, one behind the other. */
  record Concat(List<Node> parts) implements Node {}

  /** Any; an earlier one is preferred. */
  record Alternate(List<Node> choices) implements Node {}

  /**
   * The same again and again.
   *
   * @param max {@link #UNLIMITED}, or at least {@code min}
   * @param greedy whether more is preferred to less
   */
  record Repeat(Node part, int min, int max, boolean greedy) implements Node {
    static final int UNLIMITED = Integer.MAX_VALUE;
  }

  /** A condition on what stands before and behind a place. */
  record Look(At at) implements Node {}

  /** Places; words are of ASCII letters, digits and underscores. */
  enum At {
    LINE_START,
    LINE_END,
    WORD_EDGE,
    NO_WORD_EDGE
  }

  /** Whether it can match without a character. */
  static boolean canBeEmpty(Node node) {
    return switch (node) {
      case Chars _ -> false;
      case Concat concat -> concat.parts().stream().allMatch(Node::canBeEmpty);
      case Alternate alternate -> alternate.choices().stream().anyMatch(Node::canBeEmpty);
      case Repeat repeat -> repeat.min() == 0 || canBeEmpty(repeat.part());
      case Look _ -> true;
    };
  }

  /** Whether it asks for a place. */
  static boolean looks(Node node) {
    return switch (node) {
      case Chars _ -> false;
      case Concat concat -> concat.parts().stream().anyMatch(Node::looks);
      case Alternate alternate -> alternate.choices().stream().anyMatch(Node::looks);
      case Repeat repeat -> looks(repeat.part());
      case Look _ -> true;
    };
  }
}
