package dev.codeintel.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.repo.SourceText;
import dev.codeintel.testkit.Seeded;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class BlocksTest {

  /** How often a line may be looked at on each level of nesting. */
  private static final int LOOKS_A_LEVEL_MAX = 12;

  private static final String METHOD =
      """
      %1$svoid add(Book book) {
      %1$s  books.add(book); changed = true;
      %1$s}
      """;

  /** Each level asked the next one twice: 20 nested classes of 800 chars were a million blocks. */
  @Test
  void nestedClassesAreTakenApartOnceALevel() {
    for (var depth : new int[] {2, 12, 20, 40}) {
      var source = new StringBuilder();
      for (var i = 0; i < depth; i++) {
        source.repeat(" ", i).append("class A {\n");
      }
      source.append(METHOD.formatted(" ".repeat(depth)).repeat(2));
      for (var i = depth - 1; i >= 0; i--) {
        source.repeat(" ", i).append("}\n");
      }
      checkWork(source.toString());
    }
  }

  /** The same with first lines that are too deep, closers that are too shallow, and comments. */
  @RepeatedTest(20)
  void untidyNestingIsTakenApartOnceALevel() {
    checkWork(untidy(Seeded.random()));
  }

  private static String untidy(Random random) {
    var source = new StringBuilder();
    var lines = new String[] {"class A {\n", "}\n", "} else {\n", "// b\n", "@C\n", "d();\n", "\n"};
    for (var indent = 24; indent > 0; indent--) {
      source.repeat(" ", indent).append("class A {\n");
      source.repeat(" ", indent - 1).append("}\n");
    }
    for (var i = 0; i < 60; i++) {
      var indent = i % 30;
      source.repeat(" ", indent).append("class A {\n");
      source.append(METHOD.formatted(" ".repeat(indent + 1)));
      if (random.nextInt(8) == 0) {
        source.repeat(" ", random.nextInt(indent + 2)).append(lines[random.nextInt(lines.length)]);
      }
    }
    return source.toString();
  }

  private static void checkWork(String source) {
    var text = SourceText.of(source);
    var lines = new CountingLines(Lines.of(text, "java"));
    var sizes = new Sizes(text, lines, _ -> 0, 100_000, 100_000);
    assertThat(new Blocks(lines, sizes, new Joiner(lines, sizes)).units(0, lines.count()))
        .isNotEmpty();
  }

  /** Fails at the look that is one too many, for a power of two would not end. */
  private static final class CountingLines extends Lines {

    private final Lines lines;
    private final int looksMax;
    private int looks;

    CountingLines(Lines lines) {
      super(lines.count());
      this.lines = lines;
      looksMax = LOOKS_A_LEVEL_MAX * (Blocks.NESTING_DEPTH_MAX + 1) * lines.count();
      for (var i = 0; i < lines.count(); i++) {
        set(i, lines.kind(i), lines.indent(i));
      }
    }

    @Override
    int indent(int line) {
      assertThat(++looks).isLessThanOrEqualTo(looksMax);
      return super.indent(line);
    }

    @Override
    boolean prose() {
      return lines.prose();
    }

    @Override
    boolean statement(int line) {
      return lines.statement(line);
    }

    @Override
    boolean container(int line) {
      return lines.container(line);
    }

    @Override
    boolean importing(int line) {
      return lines.importing(line);
    }
  }
}
