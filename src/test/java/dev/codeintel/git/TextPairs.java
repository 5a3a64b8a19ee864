package dev.codeintel.git;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Pairs of texts that are awkward to compare, made from a seed. */
final class TextPairs {

  private static final String[] CODE = {
    "",
    "",
    "  ",
    "{",
    "}",
    "  }",
    "    }",
    "\t}",
    "  if (a) {",
    "    call();",
    "    return a;",
    "  int b = 1;",
    "/** Says. */",
    "void f() {",
    "    \t  x++;",
    "  } else {",
    "end",
    "  for (;;) {"
  };

  private final Random random;

  TextPairs(Random random) {
    this.random = random;
  }

  /** Two texts by name. */
  record Pair(String name, byte[] a, byte[] b) {

    Pair(String name, List<String> a, List<String> b) {
      this(name, bytes(a), bytes(b));
    }

    private static byte[] bytes(List<String> lines) {
      return String.join("", lines).getBytes(StandardCharsets.ISO_8859_1);
    }
  }

  /** Pairs of a few dozen lines, of all kinds. */
  List<Pair> small(int count) {
    var pairs = new ArrayList<Pair>();
    for (var i = 0; i < count; i++) {
      pairs.add(
          switch (i % 10) {
            case 0 -> pair(i, "few", distinct(random.nextInt(60), 3), distinct(40, 3));
            case 1 -> edited(i, "few-edited", distinct(1 + random.nextInt(80), 4), "y\n");
            case 2 -> edited(i, "code", code(10 + random.nextInt(100), "\n"), "  new();\n");
            case 9 -> edited(i, "crlf", code(30, "\r\n"), "\r\n");
            case 3 -> edited(i, "blocks", blocks(1 + random.nextInt(12)), "\n");
            case 4 -> edited(i, "more-blocks", blocks(1 + random.nextInt(6)), "  new();\n");
            case 5 -> withoutLastFeed(edited(i, "open", distinct(20, 5), "z"));
            case 6 -> new Pair("lonely-" + i, lonely(20 + random.nextInt(200)), lonely(100));
            case 7 -> repeated(i, random.nextBoolean() ? code(130, "\n") : blocks(25));
            case 8 -> moved(i, code(20 + random.nextInt(60), "\n"));
            default -> edited(i, "tail", distinct(100 + random.nextInt(800), 6), "a longer line\n");
          });
    }
    return pairs;
  }

  /** The corners. */
  List<Pair> corners() {
    var text = code(50, "\n");
    var twice = new ArrayList<>(text);
    twice.addAll(text);
    var reversed = new ArrayList<>(text);
    Collections.reverse(reversed);
    var same = Collections.nCopies(300, "same\n");
    return List.of(
        new Pair("from-empty", List.of(), text),
        new Pair("to-empty", text, List.of()),
        new Pair("one-feed", List.of("\n"), List.of("\n", "\n")),
        new Pair("last-feed-gone", List.of("a\n", "b\n"), List.of("a\n", "b")),
        new Pair("last-feed-came", List.of("a\n", "b"), List.of("a\n", "b\n")),
        new Pair("no-feed-at-all", List.of("a"), List.of("b")),
        new Pair("repeated", text, twice),
        new Pair("halved", twice, text),
        new Pair("reversed", text, reversed),
        new Pair("one-line-repeated", same, Collections.nCopies(170, "same\n")),
        new Pair("blank-lines", Collections.nCopies(60, "\n"), Collections.nCopies(99, "\n")),
        new Pair("carriage-returns", List.of("a\rb\r\n", "\r"), List.of("a\r", "b\r\n", "\r")),
        new Pair("zero-bytes", List.of("\0a\n", "b\n"), List.of("\0a\n", "\0b\n")),
        new Pair("deep", indented(250, 199), indented(260, 201)),
        new Pair("form-feeds", List.of("\fa\n", "\f\n", "\f\n"), List.of("\fa\n", "\f\n", "x\n")));
  }

  /** Pairs that are long enough for the search to give up looking for the shortest script. */
  List<Pair> large(int lines) {
    var numbers = new ArrayList<>(numbered(lines));
    var shuffled = new ArrayList<>(numbers);
    Collections.shuffle(shuffled, random);
    var reversed = new ArrayList<>(numbers);
    Collections.reverse(reversed);
    var pairs = new ArrayList<Pair>();
    pairs.add(new Pair("shuffled", numbers, shuffled));
    pairs.add(new Pair("large-reversed", numbers, reversed));
    pairs.add(new Pair("unrelated", distinct(lines, lines / 2), distinct(lines, lines / 2)));
    pairs.add(new Pair("large-few", distinct(lines, 40), distinct(lines, 40)));
    pairs.add(new Pair("large-code", code(lines, "\n"), code(lines, "\n")));
    for (var i = 0; i < 4; i++) {
      var run = 15 + random.nextInt(40);
      pairs.add(new Pair("large-lonely-" + i, lonely(lines), lonely(lines)));
      pairs.add(new Pair("uneven-" + i, distinct(lines / 40, 40), distinct(lines, 40)));
      pairs.add(new Pair("uneven-mix-" + i, mix(lines / 20, run), mix(lines, run)));
    }
    for (var run : new int[] {5, 30, 100}) {
      pairs.add(new Pair("runs-" + run, numbers, shuffledRuns(numbers, run)));
      pairs.add(new Pair("noise-" + run, noise(numbers, run), noise(numbers, run)));
    }
    return pairs;
  }

  /** Pairs in which a point can look promising; git looks for one from 65,536 lines on. */
  List<Pair> promising() {
    var pairs = new ArrayList<Pair>();
    for (var often : new int[] {10, 20, 30, 40}) {
      var lines = 36_000 + random.nextInt(9_000);
      var mix = mix(lines, 15 + random.nextInt(40));
      pairs.add(new Pair("noisy-mix-" + often, noise(mix, often), noise(mix, often)));
    }
    pairs.add(new Pair("mix", mix(36_000, 30), mix(36_000, 30)));
    return pairs;
  }

  List<String> numbered(int lines) {
    var numbers = new ArrayList<String>(lines);
    for (var i = 0; i < lines; i++) {
      numbers.add("line " + i + "\n");
    }
    return numbers;
  }

  private List<String> distinct(int lines, int kinds) {
    var text = new ArrayList<String>(lines);
    for (var i = 0; i < lines; i++) {
      text.add((char) ('a' + random.nextInt(kinds) % 26) + "" + random.nextInt(kinds) + "\n");
    }
    return text;
  }

  private List<String> code(int lines, String feed) {
    var text = new ArrayList<String>(lines);
    for (var i = 0; i < lines; i++) {
      text.add(CODE[random.nextInt(CODE.length)] + feed);
    }
    return text;
  }

  /** Lines that stand nowhere else, between them frequent ones and a few that are neither. */
  private List<String> lonely(int lines) {
    var frequent = 8 + random.nextInt(20);
    var text = new ArrayList<String>(lines);
    for (var i = 0; i < lines; i++) {
      var kind = random.nextInt(100);
      text.add(
          kind < frequent
              ? "}\n"
              : kind == 99 ? "part " + random.nextInt(lines) + "\n" : random.nextLong() + "\n");
    }
    return text;
  }

  /** Long runs of lines, each a few times, in any order: many ways that look right for a while. */
  private List<String> mix(int lines, int run) {
    var text = new ArrayList<String>(lines);
    while (text.size() < lines) {
      var which = random.nextInt(40);
      for (var i = random.nextInt(4); i < run; i++) {
        text.add(which + " " + i + "\n");
      }
    }
    return text;
  }

  /** Functions that differ in little, with blank lines between: groups can slide far. */
  private List<String> blocks(int count) {
    var text = new ArrayList<String>();
    var margin =
        " ".repeat(random.nextInt(5) == 0 ? 197 + random.nextInt(3) : 2 * random.nextInt(3));
    var blanks = random.nextInt(6) == 0 ? 25 : 3;
    for (var i = 0; i < count; i++) {
      for (var j = random.nextInt(3); j > 0; j--) {
        text.add(margin + "@Tag\n");
      }
      text.add(margin + "void f" + random.nextInt(2) + "() {\n");
      for (var j = random.nextInt(3); j >= 0; j--) {
        text.add(margin + " ".repeat(random.nextInt(4)) + "call" + random.nextInt(2) + "();\n");
      }
      text.add(margin + (random.nextInt(4) == 0 ? "\t}\n" : "}\n"));
      for (var j = random.nextInt(blanks); j > 0; j--) {
        text.add(random.nextInt(9) == 0 ? "  \n" : "\n");
      }
    }
    return text;
  }

  /** A long text that stands several times, whole, in a longer one. */
  private Pair repeated(int number, List<String> block) {
    var a = new ArrayList<String>();
    for (var i = random.nextInt(3); i >= 0; i--) {
      a.addAll(block);
    }
    var b = new ArrayList<>(a);
    for (var i = random.nextInt(2); i >= 0; i--) {
      b.addAll(block);
    }
    return pair(number, "repeated", a, b);
  }

  private List<String> indented(int lines, int columns) {
    var text = new ArrayList<String>(lines);
    for (var i = 0; i < lines; i++) {
      text.add(" ".repeat(columns - random.nextInt(2)) + "x\n");
    }
    return text;
  }

  private Pair pair(int number, String kind, List<String> a, List<String> b) {
    return new Pair(kind + "-" + number, a, b);
  }

  private Pair edited(int number, String kind, List<String> a, String added) {
    var b = new ArrayList<>(a);
    for (var edits = random.nextInt(9); edits >= 0; edits--) {
      var at = random.nextInt(b.size() + 1);
      switch (random.nextInt(4)) {
        case 0 -> b.add(at, added);
        case 1 -> b.subList(at, Math.min(b.size(), at + random.nextInt(9))).clear();
        case 2 -> b.addAll(at, List.copyOf(a.subList(at % a.size(), a.size())));
        default -> {
          var from = random.nextInt(a.size());
          b.addAll(at, a.subList(from, Math.min(a.size(), from + 1 + random.nextInt(9))));
        }
      }
    }
    return random.nextBoolean() ? pair(number, kind, a, b) : pair(number, kind, b, a);
  }

  private Pair moved(int number, List<String> a) {
    var b = new ArrayList<>(a);
    Collections.rotate(b.subList(0, random.nextInt(b.size()) + 1), 1 + random.nextInt(9));
    return pair(number, "moved", a, b);
  }

  private Pair withoutLastFeed(Pair pair) {
    return new Pair(
        pair.name(),
        random.nextBoolean() ? pair.a() : cut(pair.a()),
        random.nextBoolean() ? pair.b() : cut(pair.b()));
  }

  private static byte[] cut(byte[] text) {
    return java.util.Arrays.copyOf(text, Math.max(0, text.length - 1));
  }

  private List<String> shuffledRuns(List<String> lines, int run) {
    var runs = new ArrayList<List<String>>();
    for (var from = 0; from < lines.size(); from += run) {
      runs.add(lines.subList(from, Math.min(lines.size(), from + run)));
    }
    Collections.shuffle(runs, random);
    return runs.stream().flatMap(List::stream).toList();
  }

  /** The lines with others between, on average one after {@code run}. */
  private List<String> noise(List<String> lines, int run) {
    var text = new ArrayList<String>();
    for (var line : lines) {
      if (random.nextInt(run) == 0) {
        text.add(lines.get(random.nextInt(lines.size())));
      }
      text.add(line);
    }
    return text;
  }
}
