package dev.codeintel.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import java.util.List;
import org.junit.jupiter.api.Test;

class CursorTest {

  private static final List<String> QUESTION = List.of("open_file", "src/A.java");

  /** Pages of two scopes joined to a list, those of two files to a text, that nobody asked for. */
  @Test
  void aCursorIsGoodForItsQuestionOnly() {
    var cursor = Cursor.of(QUESTION, "9@\u00fc");
    assertThat(Cursor.position(QUESTION, cursor)).isEqualTo("9@\u00fc");
    for (var other : List.of(List.of("open_file", "src/B.java"), List.of("open_file"))) {
      assertThatThrownBy(() -> Cursor.position(other, cursor))
          .isInstanceOf(CodeintelException.class)
          .hasMessageContaining("another question");
    }
  }

  @Test
  void whatNoToolGaveIsRefused() {
    for (var made : List.of("", "!", "c3Jj", "_____________w")) {
      assertThatThrownBy(() -> Cursor.position(QUESTION, made))
          .isInstanceOfSatisfying(
              CodeintelException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT))
          .hasMessageContaining("Leave it out to begin again");
    }
  }
}
