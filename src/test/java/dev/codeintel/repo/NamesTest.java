package dev.codeintel.repo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a file's name tells: its language, whether it may be shown, where a user's rules lie. */
class NamesTest {

  @ParameterizedTest
  @CsvSource({
    "src/Main.java,java",
    "a/b.PY,python",
    "x.tsx,typescript",
    "x.h,c",
    "x.hpp,cpp",
    "README.md,markdown",
    "Dockerfile,dockerfile",
    "Dockerfile.dev,dockerfile",
    "Makefile,makefile",
    "CMakeLists.txt,cmake",
    "a.cs,csharp",
    "go.mod,''",
    "LICENSE,''",
    "x.,''",
    ".bashrc,bash",
    "folder.java/file,''",
    "Jenkinsfile,groovy",
    "a.rs,rust"
  })
  void aNameTellsTheLanguage(String path, String language) {
    assertThat(Languages.of(path)).isEqualTo(language);
    assertThat(language.isEmpty() || Languages.ids().contains(language)).isTrue();
  }

  @Test
  void idsAreLowerCase() {
    assertThat(Languages.ids()).allMatch(id -> id.matches("[a-z]+")).hasSizeGreaterThan(50);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".env",
        "a/.env.production",
        "prod.env",
        ".ENV",
        "id_rsa",
        "k/id_ed25519",
        "server.pem",
        "server.KEY",
        "x.p12",
        "x.pfx",
        "a.keystore",
        "credentials",
        "credentials.json",
        "aws/credentials.csv",
        ".npmrc",
        ".netrc",
        ".pypirc",
        ".git-credentials",
        ".aws/config",
        "x/.docker/config.json",
        "secrets.yaml",
        "terraform.tfstate",
        ".htpasswd"
      })
  void secretsAreSeen(String path) {
    assertThat(Secrets.looksSecret(path)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "env.py",
        "src/environment.ts",
        ".env.example",
        ".env.sample",
        "id_rsa.pub",
        "Key.java",
        "keys/readme.md",
        "credentials_provider.go",
        "docker/config.json",
        "monkey",
        "key",
        "src/secrets.py",
        "Credentials.java",
        "tokenizer.json"
      })
  void codeIsNoSecret(String path) {
    assertThat(Secrets.looksSecret(path)).isFalse();
  }

  @Test
  void globalExcludesAreFoundWhereGitFindsThem(@TempDir Path home) throws IOException {
    var environment = Map.of("HOME", home.toString());
    assertThat(excludes(environment)).isEqualTo(home.resolve(".config/git/ignore"));
    assertThat(excludes(Map.of("HOME", "" + home, "XDG_CONFIG_HOME", "/x")))
        .isEqualTo(Path.of("/x/git/ignore"));
    Files.createDirectories(home.resolve(".config/git"));
    Files.writeString(home.resolve(".config/git/config"), "[core]\nexcludesfile = /from/xdg\n");
    assertThat(excludes(environment)).isEqualTo(Path.of("/from/xdg"));
    Files.writeString(
        home.resolve(".gitconfig"), "[include]\npath = .gitconfig\n[core]\nexcludesFile = ~/ex\n");
    assertThat(excludes(environment)).isEqualTo(home.resolve("ex"));
    Files.writeString(home.resolve(".gitconfig"), "[core\nbroken");
    assertThat(excludes(environment)).isEqualTo(Path.of("/from/xdg"));
  }

  private static Path excludes(Map<String, String> environment) {
    return UserGitConfig.read(environment).orElseThrow().excludes();
  }
}
