package dev.codeintel.repo.text;

import dev.codeintel.config.Limits;
import java.util.Optional;

/**
 * What is searched for, made ready. Immutable; a {@link LineFinder} a thread looks for it.
 *
 * <p>Whatever it is, looking for it takes time linear in the text. Letters are the same in both
 * cases by Unicode's simple folding, as ripgrep's {@code -i} has it.
 */
public final class TextPattern {

  private final Program forward;
  private final Program backward;
  private final boolean inAscii;
  private final boolean seesCarriageReturns;
  private final Literals anyText;
  private final Literals asciiText;

  /**
   * What helps to look for the expression.
   *
   * @param whole the expression is this and no more
   * @param required every match holds this
   */
  record Literals(Optional<Literal> whole, Optional<Literal> required) {
    static Literals of(Node node, boolean asciiOnly) {
      return new Literals(Literal.whole(node, asciiOnly), Literal.required(node, asciiOnly));
    }
  }

  private TextPattern(Node node) {
    forward = Compiler.compile(node, false);
    backward = Compiler.compile(node, true);
    inAscii = canMatchIn(node, CodePoints.ASCII);
    seesCarriageReturns = Node.canBeEmpty(node) || sees(node, '\r');
    anyText = Literals.of(node, false);
    asciiText = Literals.of(node, true);
  }

  /**
   * @param query a text, or a regular expression in the syntax of RE2
   * @throws PatternException with the place of what is wrong
   */
  public static TextPattern of(String query, boolean regex, boolean caseSensitive) {
    if (query.length() > Limits.TEXT_QUERY_CHARS_MAX) {
      throw new PatternException(
          "it is longer than %,d characters".formatted(Limits.TEXT_QUERY_CHARS_MAX));
    }
    return new TextPattern(
        regex
            ? PatternParser.parse(query, !caseSensitive)
            : PatternParser.literal(query, !caseSensitive));
  }

  Program forward() {
    return forward;
  }

  Program backward() {
    return backward;
  }

  /** Whether a text of ASCII can match at all. */
  boolean inAscii() {
    return inAscii;
  }

  /** Whether a carriage return before a line feed would make a difference. */
  boolean seesCarriageReturns() {
    return seesCarriageReturns;
  }

  /** What helps in a text of any encoding in which ASCII is what it is. */
  Literals anyText() {
    return anyText;
  }

  /** What helps in a text of ASCII. */
  Literals asciiText() {
    return asciiText;
  }

  private static boolean canMatchIn(Node node, CodePoints only) {
    return switch (node) {
      case Node.Chars chars -> !chars.set().and(only).isEmpty();
      case Node.Concat concat -> concat.parts().stream().allMatch(part -> canMatchIn(part, only));
      case Node.Alternate alternate ->
          alternate.choices().stream().anyMatch(choice -> canMatchIn(choice, only));
      case Node.Repeat repeat -> repeat.min() == 0 || canMatchIn(repeat.part(), only);
      case Node.Look _ -> true;
    };
  }

  private static boolean sees(Node node, int c) {
    return switch (node) {
      case Node.Chars chars -> chars.set().contains(c);
      case Node.Concat concat -> concat.parts().stream().anyMatch(part -> sees(part, c));
      case Node.Alternate alternate ->
          alternate.choices().stream().anyMatch(choice -> sees(choice, c));
      case Node.Repeat repeat -> sees(repeat.part(), c);
      case Node.Look _ -> true;
    };
  }
}
