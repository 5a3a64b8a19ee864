package dev.codeintel.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.repo.Languages;
import dev.codeintel.repo.SourceText;
import dev.codeintel.testkit.Seeded;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class ChunkerTest {

  private static final int BUDGET_CHARS = 2_200;
  private static final int TOKENS_MAX = 510;

  /** Words and marks, as a tokenizer of source would cut them. */
  private static final TokenCounter TOKENS =
      text -> {
        var count = 0;
        var inWord = false;
        for (var i = 0; i < text.length(); i++) {
          var wordChar = Character.isLetterOrDigit(text.charAt(i));
          if (wordChar ? !inWord : !Character.isWhitespace(text.charAt(i))) {
            count++;
          }
          inWord = wordChar;
        }
        return count;
      };

  private static List<Chunk> chunks(String text, String language) {
    return new Chunker(BUDGET_CHARS).chunk(SourceText.of(text), language, TOKENS, TOKENS_MAX);
  }

  private static List<String> firstLines(List<Chunk> chunks) {
    return chunks.stream().map(chunk -> chunk.text().lines().findFirst().orElseThrow()).toList();
  }

  private static String body(String indent, int lines) {
    var body = new StringBuilder();
    for (var i = 0; i < lines; i++) {
      body.append(indent).append("total = total + input[%d] * weight[%d]\n".formatted(i, i));
    }
    return body.toString();
  }

  /** Chunk bodies were cut at the identifier's range: a function came without its body. */
  @Test
  void aFunctionIsAChunkWithItsCommentAndDecorator() {
    var source =
        """
        import os
        import sys
        from collections import defaultdict, namedtuple
        from itertools import accumulate

        LIMIT = 10

        # -- What follows does the work, and is worth a comment of its own, so to say.

        # Adds things up.
        @cached
        def first(input):
        %s
            return total


        def second(input):
        %s
            # back at last

            return total
        """
            .formatted(body("    ", 8), body("    ", 8));
    var chunks = chunks(source, "python");
    assertThat(firstLines(chunks))
        .containsExactly("import os", "LIMIT = 10", "# Adds things up.", "def second(input):");
    assertThat(chunks.get(2).text())
        .startsWith("# Adds things up.\n@cached\ndef first")
        .endsWith("return total");
    assertThat(chunks.get(3).text()).contains("# back at last\n\n    return total");
  }

  /** A class of three short methods was one chunk, and none of the three was found first. */
  @Test
  void aSmallClassIsItsMethodsToo() {
    var source =
        """
        class Shelf {
          private final List<Book> books = new ArrayList<>();

          void put(Book book) {
            books.add(book);
          }

          boolean isFull() {
            return books.size() > 100;
          }

          Book last() {
            return books.getLast();
          }
        }
        """;
    assertThat(firstLines(chunks(source, "java")))
        .containsExactly(
            "class Shelf {", "  void put(Book book) {", "  boolean isFull() {", "  Book last() {");
  }

  @Test
  void aLargeClassIsItsHeadAndItsMethods() {
    var method =
        """
          /** Sums
           *
           * up. */
          @Override
          public int %s(int[] input,
              int[] weight) {
        %s
            return total;
          }

        """;
    var source =
        "/*\n * Licensed under the Apache License.\n\n * Really.\n */\npackage a;\n\n"
            + "import java.util.List;\nimport java.util.Set;\n\n"
            + "/** Adds numbers that were given weights, for those who want sums. */\npublic class Adder {\n\n  private int total;\n  private int calls;\n\n"
            + method.formatted("one", body("    ", 12))
            + method.formatted("two", body("    ", 12))
            + method.formatted("three", body("    ", 12))
            + "}\n";
    var chunks = chunks(source, "java");
    assertThat(firstLines(chunks))
        .containsExactly(
            "/*",
            "package a;",
            "/** Adds numbers that were given weights, for those who want sums. */",
            "  /** Sums",
            "  /** Sums",
            "  /** Sums");
    assertThat(chunks.get(0).text()).endsWith(" */");
    assertThat(chunks.get(1).text()).endsWith("java.util.Set;");
    assertThat(chunks.get(2).text()).endsWith("private int calls;");
    assertThat(chunks.get(3).text()).contains("int one(").endsWith("return total;\n  }");
    assertThat(chunks.get(5).text()).endsWith("  }\n\n}");
  }

  @Test
  void aSmallClassStaysWhole() {
    var source =
        "public final class Point {\n\n  private int x;\n\n  int x() {\n    return x;\n  }\n\n"
            + "  int twice() {\n    return 2 * x;\n  }\n}\n";
    assertThat(chunks(source, "java"))
        .singleElement()
        .satisfies(chunk -> assertThat(chunk.text()).isEqualTo(source.stripTrailing()));
  }

  @Test
  void aFunctionThatIsTooLongIsCutBetweenItsStatements() {
    var source = new StringBuilder("int main(void)\n{\n");
    for (var i = 0; i < 20; i++) {
      source.append("    if (input[%d] > 0) {\n".formatted(i));
      source.append(body("        ", 3)).append("    } else {\n");
      source.append(body("        ", 2)).append("    }\n\n");
      source.append("#ifdef DEBUG\n    print(%d);\n#endif\n".formatted(i));
    }
    var chunks = chunks(source.append("}\n").toString(), "c");
    assertThat(chunks).hasSizeBetween(4, 25);
    assertThat(chunks.getFirst().text()).startsWith("int main(void)\n{\n    if");
    assertThat(firstLines(chunks)).allMatch(line -> !line.strip().startsWith("}"));
    assertThat(firstLines(chunks)).noneMatch(line -> line.startsWith("        "));
  }

  @Test
  void markdownIsCutAtItsHeadingsAndNotInsideFences() {
    var paragraph = "Words that explain a thing at some length. ".repeat(12).strip() + "\n\n";
    var source =
        "# Title\n\n"
            + "An introduction to it all. ".repeat(4)
            + "\n\n## First\n\n"
            + paragraph.repeat(3)
            + "## Second\n\n```sh\n# no heading\n\nmake\n```\n\n"
            + paragraph.repeat(3);
    var chunks = chunks(source, "markdown");
    assertThat(firstLines(chunks)).containsExactly("# Title", "## First", "## Second");
    assertThat(chunks.get(2).text()).contains("```sh\n# no heading\n\nmake\n```");
  }

  @Test
  void smallNeighboursAreJoinedAndLargeDataIsCut() {
    var fields = new StringBuilder();
    for (var i = 0; i < 1_000; i++) {
      fields.append("key_%d = value_%d\n".formatted(i, i));
      fields.append(i % 7 == 6 ? "\n" : "");
    }
    var chunks = chunks(fields.toString(), "toml");
    assertThat(chunks)
        .allMatch(chunk -> chunk.text().length() <= Joiner.JOINED_CHARS_MAX)
        .hasSizeLessThan(1_000 * 22 / (Joiner.JOINED_CHARS_MAX / 2));
    // Groups that blank lines part are not torn.
    assertThat(chunks.subList(0, chunks.size() - 1))
        .allMatch(chunk -> chunk.text().lines().filter(line -> !line.isBlank()).count() % 7 == 0);
  }

  @Test
  void offsetsAreThoseOnDiskInEveryEncoding() {
    var source = "\u00E4 = 1\r\n\r\n\u00DC = 'x'\r\n";
    for (var charset : List.of("UTF-8", "UTF-16LE", "UTF-16BE", "windows-1252")) {
      var withMark = charset.startsWith("UTF") ? "\uFEFF" + source : source;
      var bytes = withMark.getBytes(Charset.forName(charset));
      var text = SourceText.of(bytes);
      assertThat(text.encoding()).isEqualTo(charset);
      var chunks = new Chunker(8).chunk(text, "toml", TOKENS, TOKENS_MAX);
      assertThat(chunks).hasSize(2);
      for (var chunk : chunks) {
        var onDisk = Arrays.copyOfRange(bytes, chunk.startByte(), chunk.endByte());
        assertThat(new String(onDisk, Charset.forName(charset))).isEqualTo(chunk.text());
      }
    }
  }

  @Test
  void binaryAndEmptyFilesHaveNoChunks() {
    var chunker = new Chunker(BUDGET_CHARS);
    assertThat(chunker.chunk(SourceText.of(new byte[] {1, 0, 2}), "", TOKENS, 9)).isEmpty();
    assertThat(chunks("", "java")).isEmpty();
    assertThat(chunks("\n \n\t\r\n", "java")).isEmpty();
    assertThatThrownBy(() -> new Chunker(1)).isInstanceOf(IllegalArgumentException.class);
  }

  /** Lost lines, overlaps and offsets that were characters called bytes. */
  @RepeatedTest(60)
  void everyLineIsInOneChunkWhateverTheText() {
    var random = Seeded.random();
    var text = SourceText.of(randomText(random));
    var budget = 2 + random.nextInt(random.nextBoolean() ? 60 : 3_000);
    var tokensMax = 1 + random.nextInt(random.nextBoolean() ? 20 : 600);
    var ids = new ArrayList<>(Languages.ids());
    ids.add("");
    var language = ids.get(random.nextInt(ids.size()));
    checkLaws(text, new Chunker(budget).chunk(text, language, TOKENS, tokensMax));
    checkSizes(new Chunker(budget).chunk(text, language, TOKENS, tokensMax), budget, tokensMax);
  }

  /** A counter whose whole is more than the sum of its parts must not break the token limit. */
  @RepeatedTest(10)
  void theTokenLimitHoldsWhenSumsMislead() {
    var random = Seeded.random();
    var text = SourceText.of(randomText(random));
    TokenCounter lying = part -> TOKENS.count(part) + 2 * (int) part.lines().skip(1).count();
    var chunks = new Chunker(500).chunk(text, "java", lying, 40);
    checkLaws(text, chunks);
    assertThat(chunks)
        .allMatch(chunk -> lying.count(chunk.text()) <= 40 || chunk.text().length() <= 2);
  }

  @Test
  void ourOwnSourcesKeepTheLawsAndGiveAboutAChunkAMethod() throws IOException {
    var methods = 0;
    var chunkCount = 0;
    try (var paths = Files.walk(Path.of("src/main"))) {
      for (var path : paths.filter(path -> path.toString().endsWith(".java")).toList()) {
        var text = SourceText.of(Files.readAllBytes(path));
        var chunks =
            new Chunker(BUDGET_CHARS).chunk(text, Languages.of("" + path), TOKENS, TOKENS_MAX);
        checkLaws(text, chunks);
        checkSizes(chunks, BUDGET_CHARS, TOKENS_MAX);
        chunkCount += chunks.size();
        methods +=
            (int)
                text.text()
                    .lines()
                    .filter(line -> line.matches(" {2,4}[a-z@][^;=]*\\(.*"))
                    .filter(line -> !line.strip().startsWith("@"))
                    .count();
      }
    }
    assertThat(chunkCount).isBetween(methods / 4, methods * 2);
  }

  /** Minutes of work on one hostile file, or a stack that ends. */
  @Test
  void hostileTextsTakeLinearTime() {
    var counted = new AtomicLong();
    TokenCounter counting =
        part -> {
          counted.addAndGet(part.length());
          return TOKENS.count(part);
        };
    var chunker = new Chunker(BUDGET_CHARS);
    var stairs = new StringBuilder();
    for (var i = 0; i < 1_400; i++) {
      stairs.repeat(" ", i).append("x\n");
    }
    var texts =
        List.of(
            "x".repeat(4 << 20),
            "x ".repeat(1 << 18),
            "\n".repeat(1 << 18),
            "x\n\n".repeat(1 << 18),
            "{\n".repeat(1 << 18),
            "}\n".repeat(1 << 18),
            "/*\n".repeat(1 << 18),
            "@a\n".repeat(1 << 18),
            "# x\n".repeat(1 << 18),
            " ".repeat(1 << 18) + "x",
            stairs.toString());
    for (var source : texts) {
      for (var language : List.of("java", "markdown")) {
        var text = SourceText.of(source);
        counted.set(0);
        checkSizes(chunker.chunk(text, language, counting, TOKENS_MAX), BUDGET_CHARS, TOKENS_MAX);
        assertThat(counted.get()).isLessThan(8L * source.length() + 10_000);
      }
    }
  }

  /** A budget of 100,000 was counted for each piece of 459: a line of 4 MB took 20 seconds. */
  @Test
  void aLongLineIsCountedAFewTimesWhateverTheBudget() {
    var counted = new AtomicLong();
    TokenCounter counting =
        part -> {
          counted.addAndGet(part.length());
          return TOKENS.count(part);
        };
    var dense = ".".repeat(50_000);
    var sparse = "x".repeat(50_000);
    for (var source : List.of(dense.repeat(8), (dense + sparse).repeat(4))) {
      counted.set(0);
      var text = SourceText.of(source);
      var chunks = new Chunker(100_000).chunk(text, "java", counting, TOKENS_MAX);
      checkLaws(text, chunks);
      checkSizes(chunks, 100_000, TOKENS_MAX);
      assertThat(counted.get()).isLessThan(12L * source.length());
    }
    var roomy = new Chunker(100_000).chunk(SourceText.of(sparse.repeat(8)), "java", TOKENS, 9);
    assertThat(roomy).hasSize(4);
  }

  private static void checkSizes(List<Chunk> chunks, int budget, int tokensMax) {
    for (var chunk : chunks) {
      assertThat(chunk.text().length()).isLessThanOrEqualTo(budget);
      assertThat(TOKENS.count(chunk.text()) <= tokensMax || chunk.text().length() <= 2).isTrue();
    }
  }

  private static void checkLaws(SourceText text, List<Chunk> chunks) {
    var utf8 = text.text().getBytes(StandardCharsets.UTF_8);
    assertThat(text.encoding()).isEqualTo("UTF-8");
    var line = 1;
    var behind = 0;
    for (var chunk : chunks) {
      assertThat(chunk.startByte()).isGreaterThanOrEqualTo(behind);
      assertThat(chunk.endByte()).isGreaterThan(chunk.startByte());
      assertThat(new String(utf8, behind, chunk.startByte() - behind, StandardCharsets.UTF_8))
          .isBlank();
      var onDisk =
          new String(
              utf8, chunk.startByte(), chunk.endByte() - chunk.startByte(), StandardCharsets.UTF_8);
      assertThat(chunk.text()).isEqualTo(onDisk.replace("\r\n", "\n"));
      assertThat(chunk.startLine()).isBetween(line, chunk.endLine());
      assertThat(chunk.startByte()).isGreaterThanOrEqualTo(text.lineStartByte(chunk.startLine()));
      assertThat(chunk.endByte()).isLessThanOrEqualTo(text.lineEndByte(chunk.endLine()));
      if (chunk.startLine() < chunk.endLine()) {
        assertThat(chunk.startByte()).isEqualTo(text.lineStartByte(chunk.startLine()));
        assertThat(chunk.endByte()).isEqualTo(text.lineEndByte(chunk.endLine()));
      }
      line = chunk.endLine();
      behind = chunk.endByte();
    }
    assertThat(new String(utf8, behind, utf8.length - behind, StandardCharsets.UTF_8)).isBlank();
  }

  private static String randomText(Random random) {
    String[] words = {
      "if (x) {",
      "}",
      "} else {",
      "else:",
      "def f(a):",
      "# note",
      "// note",
      "/* a",
      "*/",
      "@A",
      "@A(b",
      "class X {",
      "return 1;",
      "import a.b;",
      "## part",
      "```",
      "end",
      "#ifdef X",
      "<a>",
      "</a>",
      "\u00E4\u00F6 = '\u20AC'",
      "\uD83D\uDE00 smile",
      "a\u2028b",
      "a\rb",
      "[x]",
      "{",
      "- item",
      "x".repeat(70),
      "",
      "",
      ""
    };
    var text = new StringBuilder();
    var indent = 0;
    var end = random.nextInt(3) == 0 ? "\r\n" : "\n";
    for (var i = random.nextInt(200); i > 0; i--) {
      indent = Math.max(0, indent + random.nextInt(3) - 1);
      text.repeat(random.nextInt(8) == 0 ? "\t" : "  ", indent);
      text.append(words[random.nextInt(words.length)]);
      if (random.nextInt(40) == 0) {
        text.repeat("long \uD83D\uDE00", random.nextInt(900));
      }
      text.append(random.nextInt(30) == 0 ? "" : random.nextInt(10) == 0 ? "\n" : end);
    }
    return text.toString();
  }
}
