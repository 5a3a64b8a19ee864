package dev.codeintel.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.config.Limits;
import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Seeded;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MailmapTest {

  @TempDir Path folder;

  /** One author was counted as three, or another than git shows was blamed. */
  @Test
  void namesWhomGitNames() {
    var random = Seeded.random();
    var repo = GitRepo.init(folder);
    var names = List.of("", "Ada", "ADA", "Grace H", "\u00c4nne", "\u00e4nne");
    var emails = List.of("", "a@x", "A@X", "b@y", "c@z");
    var pieces =
        List.of(
            "Proper ",
            "<p@p>",
            "<a@x>",
            "<B@y>",
            "Ada ",
            "grace h",
            "\u00c4nne",
            "<>",
            " ",
            "#",
            "<",
            ">");
    for (var round = 0; round < 12; round++) {
      var text = new StringBuilder();
      for (var line = 0; line < 12; line++) {
        for (var piece = random.nextInt(6); piece > 0; piece--) {
          text.append(pieces.get(random.nextInt(pieces.size())));
        }
        text.append(random.nextInt(5) == 0 ? "\r\n" : "\n");
      }
      repo.write(".mailmap", text.toString());
      var mailmap = Mailmap.of(text.toString().getBytes(StandardCharsets.UTF_8));
      var ours = new ArrayList<String>();
      var command = new ArrayList<>(List.of("check-mailmap"));
      for (var name : names) {
        for (var email : emails) {
          command.add("%s <%s>".formatted(name, email).strip());
          var proper = mailmap.proper(new Person(name, email));
          ours.add("%s <%s>".formatted(proper.name(), proper.email()).strip());
        }
      }
      assertThat(ours)
          .as(text.toString())
          .isEqualTo(repo.git(command.toArray(String[]::new)).lines().toList());
    }
  }

  /** The four forms of git's manual. */
  @Test
  void knowsTheFourForms() {
    var mailmap =
        Mailmap.of(
            """
            # comment <a@x>
            Joe R. <joe@example.com>
            <cto@company> <joe@laptop>
            Jane Doe <jane@example.com> <jane@desktop>
            Jane Doe <jane@example.com> Joe <bugs@example.com>
            """
                .getBytes(StandardCharsets.UTF_8));
    assertThat(mailmap.proper(new Person("joe", "JOE@example.com")))
        .isEqualTo(new Person("Joe R.", "JOE@example.com"));
    assertThat(mailmap.proper(new Person("joe", "joe@laptop")))
        .isEqualTo(new Person("joe", "cto@company"));
    assertThat(mailmap.proper(new Person("j", "jane@desktop")))
        .isEqualTo(new Person("Jane Doe", "jane@example.com"));
    assertThat(mailmap.proper(new Person("JOE", "bugs@example.com")))
        .isEqualTo(new Person("Jane Doe", "jane@example.com"));
    assertThat(mailmap.proper(new Person("Jim", "bugs@example.com")))
        .isEqualTo(new Person("Jim", "bugs@example.com"));
    assertThat(mailmap.proper(new Person("a", "a@x"))).isEqualTo(new Person("a", "a@x"));
  }

  /** A .mailmap of gigabytes was read whole. */
  @Test
  void readsSoMuchAndNoMore() {
    var bytes = new byte[Limits.MAILMAP_BYTES_MAX + 100];
    Arrays.fill(bytes, (byte) '\n');
    var late = "Late <late@x>\n".getBytes(StandardCharsets.UTF_8);
    System.arraycopy(late, 0, bytes, Limits.MAILMAP_BYTES_MAX, late.length);
    assertThat(Mailmap.of(bytes).proper(new Person("l", "late@x")).name()).isEqualTo("l");
  }
}
