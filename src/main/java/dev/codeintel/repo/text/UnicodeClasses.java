package dev.codeintel.repo.text;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Classes of characters that have a name: those of POSIX, and Unicode's categories and scripts. */
final class UnicodeClasses {

  private static final Map<String, CodePoints> POSIX =
      Map.ofEntries(
          Map.entry("alnum", CodePoints.of('0', '9', 'A', 'Z', 'a', 'z')),
          Map.entry("alpha", CodePoints.of('A', 'Z', 'a', 'z')),
          Map.entry("ascii", CodePoints.ASCII),
          Map.entry("blank", CodePoints.of('\t', '\t', ' ', ' ')),
          Map.entry("cntrl", CodePoints.of(0, 0x1F, 0x7F, 0x7F)),
          Map.entry("digit", CodePoints.DIGIT),
          Map.entry("graph", CodePoints.of('!', '~')),
          Map.entry("lower", CodePoints.of('a', 'z')),
          Map.entry("print", CodePoints.of(' ', '~')),
          Map.entry("punct", CodePoints.of('!', '/', ':', '@', '[', '`', '{', '~')),
          Map.entry("space", CodePoints.SPACE),
          Map.entry("upper", CodePoints.of('A', 'Z')),
          Map.entry("word", CodePoints.WORD),
          Map.entry("xdigit", CodePoints.of('0', '9', 'A', 'F', 'a', 'f')));

  /** Names of general categories, each with what {@link Character#getType(int)} gives for it. */
  private static final Map<String, Integer> CATEGORIES =
      Map.ofEntries(
          Map.entry("Cc", (int) Character.CONTROL),
          Map.entry("Cf", (int) Character.FORMAT),
          Map.entry("Cn", (int) Character.UNASSIGNED),
          Map.entry("Co", (int) Character.PRIVATE_USE),
          Map.entry("Ll", (int) Character.LOWERCASE_LETTER),
          Map.entry("Lm", (int) Character.MODIFIER_LETTER),
          Map.entry("Lo", (int) Character.OTHER_LETTER),
          Map.entry("Lt", (int) Character.TITLECASE_LETTER),
          Map.entry("Lu", (int) Character.UPPERCASE_LETTER),
          Map.entry("Mc", (int) Character.COMBINING_SPACING_MARK),
          Map.entry("Me", (int) Character.ENCLOSING_MARK),
          Map.entry("Mn", (int) Character.NON_SPACING_MARK),
          Map.entry("Nd", (int) Character.DECIMAL_DIGIT_NUMBER),
          Map.entry("Nl", (int) Character.LETTER_NUMBER),
          Map.entry("No", (int) Character.OTHER_NUMBER),
          Map.entry("Pc", (int) Character.CONNECTOR_PUNCTUATION),
          Map.entry("Pd", (int) Character.DASH_PUNCTUATION),
          Map.entry("Pe", (int) Character.END_PUNCTUATION),
          Map.entry("Pf", (int) Character.FINAL_QUOTE_PUNCTUATION),
          Map.entry("Pi", (int) Character.INITIAL_QUOTE_PUNCTUATION),
          Map.entry("Po", (int) Character.OTHER_PUNCTUATION),
          Map.entry("Ps", (int) Character.START_PUNCTUATION),
          Map.entry("Sc", (int) Character.CURRENCY_SYMBOL),
          Map.entry("Sk", (int) Character.MODIFIER_SYMBOL),
          Map.entry("Sm", (int) Character.MATH_SYMBOL),
          Map.entry("So", (int) Character.OTHER_SYMBOL),
          Map.entry("Zl", (int) Character.LINE_SEPARATOR),
          Map.entry("Zp", (int) Character.PARAGRAPH_SEPARATOR),
          Map.entry("Zs", (int) Character.SPACE_SEPARATOR));

  private static final Set<String> MAJOR = Set.of("C", "L", "M", "N", "P", "S", "Z");

  /** Those that were asked for: each takes a look at every code point there is. */
  private static final Map<String, CodePoints> KNOWN = new ConcurrentHashMap<>();

  private UnicodeClasses() {}

  static Optional<CodePoints> posix(String name) {
    return Optional.ofNullable(POSIX.get(name));
  }

  /**
   * @param name {@code L}, {@code Lu}, {@code Greek}
   */
  static Optional<CodePoints> named(String name) {
    if (CATEGORIES.containsKey(name) || MAJOR.contains(name)) {
      return Optional.of(KNOWN.computeIfAbsent(name, UnicodeClasses::category));
    }
    try {
      var script = Character.UnicodeScript.forName(name);
      return Optional.of(
          KNOWN.computeIfAbsent(
              script.name(), _ -> CodePoints.where(c -> Character.UnicodeScript.of(c) == script)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** One category, or those that begin with its one letter. */
  private static CodePoints category(String name) {
    var types = new boolean[32];
    CATEGORIES.forEach((category, type) -> types[type] = category.startsWith(name));
    return CodePoints.where(c -> types[Character.getType(c)]);
  }
}
