package dev.codeintel.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.jar.JarFile;

/** The sources of Apache Commons CSV 1.14.1 as a git repository: real code with known answers. */
public final class CommonsCsv {

  private static final Path SOURCES = Path.of("target/test-repositories/commons-csv-sources.jar");
  private static final String PREFIX = "org/";
  private static final String JAVA = "src/main/java/";

  private CommonsCsv() {}

  /** Makes the repository. */
  public static GitRepo init(Path folder) throws IOException {
    assertThat(SOURCES).as("laid there by mvn generate-test-resources").exists();
    var repo = GitRepo.init(folder);
    try (var jar = new JarFile(SOURCES.toFile())) {
      for (var entry : (Iterable<java.util.jar.JarEntry>) jar.stream()::iterator) {
        if (entry.getName().startsWith(PREFIX) && !entry.isDirectory()) {
          try (var in = jar.getInputStream(entry)) {
            repo.write(JAVA + entry.getName(), in.readAllBytes());
          }
        }
      }
    }
    repo.write(
        "README.md",
        "# Commons CSV\n\nReads and writes files of comma-separated values.\n"
            .getBytes(StandardCharsets.UTF_8));
    repo.commitAll("Commons CSV 1.14.1");
    return repo;
  }
}
