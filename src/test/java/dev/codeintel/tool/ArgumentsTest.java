package dev.codeintel.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ArgumentsTest {

  private static final ToolDefinition TOOL =
      new ToolDefinition(
          "paint",
          "Paint",
          "A tool of a test.",
          List.of(
              Parameter.object(
                  "shape",
                  "",
                  List.of(
                      Parameter.texts("colours", "", "red"),
                      Parameter.whole("corners", "", 4, 3, 100)),
                  Map.of("colours", List.of("red")))),
          List.of(),
          true);

  private static Arguments check(Map<String, ?> given) {
    return Arguments.check(TOOL, given);
  }

  /** An empty list was taken for none, and what should be switched off stayed on. */
  @Test
  void absentIsNotEmpty() {
    assertThat(check(Map.of()).object("shape")).isEmpty();
    var nothing = new HashMap<String, Object>();
    nothing.put("shape", null);
    assertThat(check(nothing).object("shape")).isEmpty();

    var shape = check(Map.of("shape", Map.of())).object("shape").orElseThrow();
    assertThat(shape.optionalTexts("colours")).isEmpty();
    assertThat(shape.whole("corners")).isEqualTo(4);
    var empty = check(Map.of("shape", Map.of("colours", List.of()))).object("shape").orElseThrow();
    assertThat(empty.optionalTexts("colours")).contains(List.of());
  }

  /** Only the outer arguments were checked, and a misspelt filter filtered nothing. */
  @Test
  void whatIsInAnObjectIsCheckedToo() {
    assertRefused(
        Map.of("shape", Map.of("colors", List.of("red"))),
        "An argument of shape is \"colors\"; it must be one of colours, corners");
    assertRefused(
        Map.of("shape", Map.of("colours", "red")), "shape.colours is \"red\"; it must be a list");
    assertRefused(
        Map.of("shape", Map.of("corners", 2L)),
        "shape.corners is 2; it must be a whole number from 3 to 100, such as 4.");
    assertRefused(
        Map.of("shape", Map.of("colours", Arrays.asList("red", null))), "shape.colours is [");
    for (var bad : List.of("round", 7L, List.of(), true)) {
      assertRefused(
          Map.of("shape", bad),
          "it must be an object with colours, corners or some of them, such as {\"colours\": [\"red\"]}.");
    }
  }

  private static void assertRefused(Map<String, ?> given, String message) {
    assertThatThrownBy(() -> check(given))
        .isInstanceOf(InvalidArgument.class)
        .hasMessageContaining(message);
  }
}
