package dev.codeintel.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.LogLevel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokensTest {

  private static final String ONE = "one-0123456789abcdef";
  private static final String TWO = "two-0123456789abcdef==";
  private static final String SECRET = "s3cr3t";

  @TempDir Path folder;

  private Path file(String text) throws IOException {
    var file = Files.writeString(folder.resolve("tokens"), text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file;
  }

  private static Tokens load(Path file) {
    return Tokens.load(Optional.empty(), Optional.of(file));
  }

  @Test
  void everyTokenHasAName() throws IOException {
    var tokens =
        Tokens.load(
            Optional.of("alone-0123456789abcdef"),
            Optional.of(file("# people\n\n  anna \t " + ONE + "  \r\nci.bot-2 " + TWO)));
    assertThat(tokens.isEmpty()).isFalse();
    assertThat(tokens.holder("Bearer " + ONE)).contains("anna");
    assertThat(tokens.holder("Bearer " + TWO)).contains("ci.bot-2");
    assertThat(tokens.holder("Bearer alone-0123456789abcdef")).contains("CODEINTEL_TOKEN");
    assertThat(tokens.holder("Bearer " + ONE + "x")).isEmpty();
    assertThat(tokens.holder("Bearer anna")).isEmpty();
    assertThat(tokens.holder(ONE)).isEmpty();
    assertThat(Tokens.load(Optional.empty(), Optional.empty()).isEmpty()).isTrue();
  }

  /** A file that was half read let nobody in, or everybody; its error showed a token. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a s3cr3t | line 1 | 16 to 512",
        "ok one-0123456789abcdef~a s3cr3t-0123456789 more | line 2 | a name",
        "s3cr3t-0123456789abcdef | line 1 | a name",
        "a s3cr3t-0123456789abcde! | line 1 | letters",
        "a/b s3cr3t-0123456789abcdef | line 1 | a name",
        "a one-0123456789abcdef~~a s3cr3t-0123456789abcdef | line 3 | twice",
        "# nobody~ | tokens | no token",
      })
  void aLineThatIsWrongIsNamedAndNotShown(String lines, String where, String what)
      throws IOException {
    var file = file(lines.replace('~', '\n'));
    assertThatThrownBy(() -> load(file))
        .isInstanceOf(CodeintelException.class)
        .hasMessageContaining("CODEINTEL_TOKENS_FILE " + file)
        .hasMessageContaining(where)
        .hasMessageContaining(what)
        .message()
        .doesNotContain(SECRET);
  }

  @Test
  void aTokenThatIsWrongIsNotShown() {
    for (var token : new String[] {SECRET, "s3cr3t with blanks in", SECRET.repeat(100)}) {
      assertThatThrownBy(() -> Tokens.load(Optional.of(token), Optional.empty()))
          .hasMessageStartingWith("CODEINTEL_TOKEN: a token has ")
          .message()
          .doesNotContain(SECRET);
    }
    var longest = "x".repeat(Limits.TOKEN_CHARS_MAX);
    assertThat(Tokens.load(Optional.of(longest), Optional.empty()).holder("Bearer " + longest))
        .isPresent();
  }

  @Test
  void aFileThatCannotBeReadIsNamed() {
    assertThatThrownBy(() -> load(folder.resolve("nowhere"))).hasMessageContaining("nowhere");
    assertThatThrownBy(() -> load(folder)).hasMessageContaining(folder.toString());
  }

  @Test
  void aFileThatOthersReadIsWarnedOf() throws IOException {
    var log = new ByteArrayOutputStream();
    Log.configure(LogLevel.WARNING, false, log);
    try {
      var file = file("a " + ONE);
      load(file);
      Log.flush(Duration.ofSeconds(10));
      assertThat(log.toString(StandardCharsets.UTF_8)).isEmpty();
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
      load(file);
      Log.flush(Duration.ofSeconds(10));
      assertThat(log.toString(StandardCharsets.UTF_8)).contains(file.toString(), "chmod 600");
    } finally {
      Log.configure(LogLevel.WARNING, false, OutputStream.nullOutputStream());
    }
  }
}
