package dev.codeintel.repo.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.repo.SourceText;
import dev.codeintel.testkit.Seeded;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineFinderTest {

  /** None of two chars, between which the JDK finds nothings, and none whose case it forgets. */
  private static final String[] CHARACTERS = {
    "a", "b", "c", "A", "B", "C", "k", "K", "\u212a", "s", "S", "\u017f", "\u00e9", "\u00c9",
    "\u03c3", "\u03c2", "\u03a3", "i", "I", "\u4e2d", "_", "0", " ", "-", "\r", "\u2028"
  };

  /** A match: where, as a person counts. */
  private record Found(int line, List<Integer> columns) {}

  /** Texts with few different characters, so that everything happens. */
  @RepeatedTest(3)
  void expressionsFindWhatTheJdkFinds() {
    var random = Seeded.random();
    var matches = 0;
    for (var i = 0; i < 400; i++) {
      var caseSensitive = random.nextBoolean();
      var expression = expression(random, 2);
      var pattern = TextPattern.of(expression, true, caseSensitive);
      var oracle = Pattern.compile(expression, flags(caseSensitive));
      for (var k = 0; k < 10; k++) {
        var text = text(random);
        var found = find(pattern, text);
        assertThat(found)
            .as("%s in %s, case %b", expression, text, caseSensitive)
            .isEqualTo(expected(oracle, text));
        matches += found.size();
      }
    }
    assertThat(matches).isGreaterThan(1_000);
  }

  @RepeatedTest(3)
  void textsFindWhatTheJdkFinds() {
    var random = Seeded.random();
    var matches = 0;
    for (var i = 0; i < 2_000; i++) {
      var caseSensitive = random.nextBoolean();
      var text = text(random);
      var query = random.nextInt(4) == 0 ? line(random, 1 + random.nextInt(3)) : part(random, text);
      var pattern = TextPattern.of(query, false, caseSensitive);
      var oracle = Pattern.compile(query, flags(caseSensitive) | Pattern.LITERAL);
      var found = find(pattern, text);
      assertThat(found)
          .as("'%s' in '%s', case %b", query, text, caseSensitive)
          .isEqualTo(expected(oracle, text));
      matches += found.size();
    }
    assertThat(matches).isGreaterThan(1_000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "foo ; true ; 1:2 2:1 ; ' foo,foo,fo'",
        "^foo$ ; true ; 2:1 ; ' foo,foo,foo '",
        "^$ ; true ; 2:1 ; 'a,,b'",
        "$ ; true ; 1:2 ; 'a,'",
        "a* ; true ; 1:1/4/5 2:1/2 ; 'aabb,b'",
        "a|ab ; true ; 1:1/3 ; abab",
        "ab|a ; true ; 1:1/3 ; abab",
        "(a|ab)(c|bcd)(d*) ; true ; 1:1 ; abcd",
        "\\bfoo\\b ; true ; 1:1/13 ; 'foo foo_foo(foo)'",
        "\\Boo ; true ; 1:2 ; 'foo oo'",
        "\\d+ ; true ; 1:5 ; 'x \u0663 12'",
        "interface{} ; true ; 1:3 ; '  interface{}'",
        "[^a]b ; true ; 1:3 ; ab\u00e9b",
        "[[\\]] ; true ; 1:2/3 ; 'a[]'",
        "[]a] ; true ; 1:1/2 ; 'a]'",
        "[a\\-c] ; true ; 1:1/3/4 ; 'abc-'",
        "(?i)STRASSE ; true ; 1:1 ; stra\u017f\u017fe",
        "(?i:A)b ; true ; 1:1 ; 'ab AB'",
        "a(?i)b|c ; true ; 1:1/3 ; 'aBC'",
        "x{2} ; true ; 1:1/3 ; xxxxx",
        "x{2,}? ; true ; 1:1/3 ; xxxxx",
        "x{,2} ; true ; 1:1 ; 'x{,2}'",
        "\\x41\\u0042\\x{1F600} ; true ; 1:1 ; AB\ud83d\ude00",
        "\\p{Lu}\\PL ; true ; 1:2 ; '\u00e9\u00c9 '",
        "\\p{Greek}+ ; true ; 1:3 ; 'a \u03b1\u03b2'",
        "[[:upper:][:digit:]]+ ; true ; 1:2 ; aB2c",
        "\\s\\S\\w\\W\\D ; true ; 1:1 ; ' xy-z'",
        "(?P<name>a)(?<other>b) ; true ; 1:1 ; ab",
        "a.c ; false ; 1:1 ; 'a.c abc'",
        ". ; true ; 1:1/2/3 ; 'a\ud83d\ude00\u00e9'",
        "(?U)a+b? ; true ; 1:1/2 ; aab",
        "[[:] ; true ; 1:1/2 ; '[:'",
        "[^\\n]+ ; true ; 1:1 2:1 ; 'ab,c'",
        "[^\\x0A\\r]b ; true ; 1:1 2:1 ; 'ab,cbb'",
        "[\\n\\t ]b ; true ; 2:2 ; 'b,c b'",
        "(?i)[[:upper:]]+ ; true ; 1:1 ; 'aB'",
        "(?i)[[:^lower:]]+ ; true ; 1:3 ; 'aB1'",
        "(?i)[[:alpha:]] ; true ; 1:2 ; '\u017fa'",
      })
  void theSyntaxMeansWhatItShould(String query, boolean regex, String expected, String text) {
    var found = find(TextPattern.of(query, regex, true), text.replace(',', '\n'));
    var shown = new ArrayList<String>();
    for (var one : found) {
      shown.add(
          one.line + ":" + String.join("/", one.columns.stream().map(String::valueOf).toList()));
    }
    // A query may hold a comma, and so may its text.
    if (query.contains(",2")) {
      found = find(TextPattern.of(query, regex, true), text);
      assertThat(found).isNotEmpty();
    } else {
      assertThat(String.join(" ", shown)).isEqualTo(expected);
    }
  }

  /** A letter with three forms was found in two of them. */
  @Test
  void caseIsFoldedAsUnicodeHasIt() {
    assertThat(columns("kelvin", "Kelvin \u212aELVIN")).containsExactly(1, 8);
    assertThat(columns("\u03c3", "\u03a3\u03c3\u03c2")).containsExactly(1, 2, 3);
    assertThat(columns("i", "i I \u0130 \u0131")).containsExactly(1, 3);
    assertThat(columns("\u00df", "\u1e9e ss")).containsExactly(1);
    assertThat(columns("\u10d0", "\u1c90")).containsExactly(1);
  }

  /** A file of Windows was not found by what ends its lines, or found with what does not. */
  @Test
  void aCarriageReturnBelongsToTheLineEnd() {
    assertThat(lines("foo$", "foo\r\nfoo\rx\r\nfoo\r")).containsExactly(1);
    assertThat(lines("foo.$", "foo\r\nfoox\r\nfoo\r")).containsExactly(2, 3);
    var finder = finder("foo", "a\r\n foo \r\nb\r\n");
    assertThat(finder.nextLine()).isTrue();
    assertThat(finder.preview(2)).isEqualTo(" foo ");
    assertThat(finder.linesBefore(5)).containsExactly("a");
    assertThat(finder.linesAfter(5)).containsExactly("b");
  }

  /** A minified file filled the whole answer, or hid what was found in it. */
  @Test
  void aLongLineIsCutAroundTheMatch() {
    var finder = finder("needle", "\ud83d\ude00".repeat(5_000) + "needle" + "y".repeat(5_000));
    assertThat(finder.nextLine()).isTrue();
    assertThat(finder.columns()).containsExactly(5_001);
    assertThat(finder.preview(5_001))
        .isEqualTo("\u2026" + "\ud83d\ude00".repeat(60) + "needle" + "y".repeat(174) + "\u2026");
  }

  /** A regular expression of twenty characters held a processor for ever. */
  @Test
  void nothingTakesLongerThanTheTextIsLong() {
    var text = "a".repeat(200_000) + "\n" + "ab".repeat(100_000);
    for (var evil :
        List.of("(a*)*c", "(a|a)*c", "(a+)+$b", "(.*)(.*)(.*)(.*)(.*)[^ab]", "(a?){50}a{50}c")) {
      assertThat(lines(evil, text)).as(evil).isEmpty();
    }
    // States that are all different: a table that only grows would hold 2^20 of them.
    var random = new Random(1);
    var noise = new StringBuilder();
    for (var i = 0; i < 300_000; i++) {
      noise.append(random.nextBoolean() ? 'a' : 'b');
    }
    assertThat(lines("(a|b)*a(a|b){19}c", noise.toString())).isEmpty();
    assertThat(lines("(a|b)*a(a|b){19}c", noise + "c")).hasSizeLessThan(2);
  }

  /**
   * What repeats something that may be nothing, or holds conditions on places, took more or less
   * than it prefers to: {@code (a??)*} took all of a line. The JDK thinks differently of some.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "(|a)* ; 1/2/3 ; aa",
        "(|a)+ ; 1/2/3 ; aa",
        "(a|)* ; 1/4 ; aab",
        "(a??){2,} ; 1/2/3/4 ; aaa",
        "(?:a??)*b ; 1 ; aab",
        "(\\w*?(a{0}\\b))* ; 1/2/3/4/7/8/9 ; '- abb--c'",
        "((a*?)??\\B)*A ; 1/4 ; aaAAb",
        "((^)a*?|A)*|b ; 1/2/3/4/5 ; aabb",
      })
  void nothingIsRepeatedAsItIsPreferred(String expression, String columns, String line) {
    var found = find(TextPattern.of(expression, true, true), line);
    assertThat(String.join("/", found.getFirst().columns.stream().map(String::valueOf).toList()))
        .isEqualTo(columns);
  }

  private static int flags(boolean caseSensitive) {
    return Pattern.UNIX_LINES
        | (caseSensitive ? 0 : Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
  }

  private static List<Found> expected(Pattern oracle, String text) {
    var found = new ArrayList<Found>();
    var lines = SourceText.of(text);
    for (var number = 1; number <= lines.lineCount(); number++) {
      var line = lines.line(number);
      var columns = new ArrayList<Integer>();
      var matcher = oracle.matcher(line);
      var lastEnd = -1;
      while (matcher.find()) {
        if (matcher.start() < matcher.end() || matcher.start() != lastEnd) {
          columns.add(line.codePointCount(0, matcher.start()) + 1);
        }
        lastEnd = matcher.end();
      }
      if (!columns.isEmpty()) {
        found.add(new Found(number, columns.subList(0, Math.min(20, columns.size()))));
      }
    }
    return found;
  }

  private static List<Found> find(TextPattern pattern, String text) {
    var found = new ArrayList<Found>();
    var finder = new LineFinder(pattern, CancelToken.create());
    if (finder.begin(buffer(text))) {
      while (finder.nextLine()) {
        found.add(new Found(finder.lineNumber(), finder.columns()));
      }
    }
    return found;
  }

  private static List<Integer> columns(String query, String line) {
    return find(TextPattern.of(query, false, false), line).getFirst().columns;
  }

  private static List<Integer> lines(String expression, String text) {
    return find(TextPattern.of(expression, true, true), text).stream().map(Found::line).toList();
  }

  private static LineFinder finder(String query, String text) {
    var finder = new LineFinder(TextPattern.of(query, false, true), CancelToken.create());
    assertThat(finder.begin(buffer(text))).isTrue();
    return finder;
  }

  private static TextBuffer buffer(String text) {
    var buffer = new TextBuffer(_ -> new byte[0]);
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, buffer.room(bytes.length), 0, bytes.length);
    assertThat(buffer.take(bytes.length)).isTrue();
    return buffer;
  }

  private static String text(Random random) {
    var text = new StringBuilder();
    for (var i = random.nextInt(6); i >= 0; i--) {
      text.append(line(random, random.nextInt(random.nextInt(10) == 0 ? 60 : 12)));
      text.append(random.nextInt(3) == 0 ? "\r\n" : i == 0 && random.nextBoolean() ? "" : "\n");
    }
    return text.toString();
  }

  private static String line(Random random, int length) {
    var line = new StringBuilder();
    var ascii = random.nextBoolean();
    for (var i = 0; i < length; i++) {
      line.append(ascii ? CHARACTERS[random.nextInt(6)] : character(random));
    }
    return line.toString();
  }

  private static String part(Random random, String text) {
    var lines = text.lines().filter(line -> !line.isEmpty()).toList();
    if (lines.isEmpty()) {
      return "a";
    }
    var line = lines.get(random.nextInt(lines.size()));
    var points = line.codePoints().toArray();
    var from = random.nextInt(points.length);
    var to = from + 1 + random.nextInt(Math.min(6, points.length - from));
    return new String(points, from, to - from).replace("\n", "a");
  }

  private static String character(Random random) {
    return CHARACTERS[random.nextInt(CHARACTERS.length)];
  }

  /** An expression that means the same here and in the JDK. */
  private static String expression(Random random, int depth) {
    var expression = new StringBuilder();
    for (var i = random.nextInt(3); i >= 0; i--) {
      if (random.nextInt(8) == 0) {
        expression.append(List.of("^", "$", "\\b", "\\B").get(random.nextInt(4)));
      }
      var atom = atom(random, depth);
      expression.append(atom);
      // Of a repeated nothing the engines think differently, so nothing is never repeated.
      if (random.nextInt(2) == 0 && !Node.canBeEmpty(PatternParser.parse(atom, false))) {
        // The JDK would never end with a group that is repeated without bound.
        var bounded = List.of("?", "??", "{2}", "{1,2}", "{0,2}?");
        var unbounded = List.of("*", "+", "*?", "+?", "{2,}");
        expression.append(
            (atom.startsWith("(") || random.nextBoolean() ? bounded : unbounded)
                .get(random.nextInt(5)));
      }
    }
    return expression.toString();
  }

  private static String atom(Random random, int depth) {
    var kind = random.nextInt(10);
    if (kind < 2 && depth > 0) {
      var left = expression(random, depth - 1);
      var right = expression(random, depth - 1);
      return kind == 0 ? "(?:" + left + ")" : "(" + left + "|" + right + ")";
    }
    return switch (kind) {
      case 2 -> ".";
      case 3 -> List.of("\\w", "\\W", "\\d", "\\D", "\\s", "\\S").get(random.nextInt(6));
      case 4 -> "[" + (random.nextBoolean() ? "^" : "") + character(random) + "a-c]";
      case 5 -> "[a-z\u00e0-\u00ff]";
      default -> {
        var c = character(random);
        yield c.equals("\r") || c.equals("-") ? "a" : c;
      }
    };
  }
}
