package dev.codeintel.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The one jar that people get. */
class PackagedJarTest {

  private static final Path PATH = Path.of("target/codeintel.jar");
  private static final String LICENSES = "META-INF/licenses/";
  private static final long JAR_BYTES_MAX = 80L << 20;

  private static JarFile jar;
  private static List<String> names;

  @BeforeAll
  static void open() throws IOException {
    assertThat(PATH).as("made by mvn package, which runs before the tests").exists();
    jar = new JarFile(PATH.toFile());
    names = jar.stream().filter(entry -> !entry.isDirectory()).map(ZipEntry::getName).toList();
  }

  @AfterAll
  static void close() throws IOException {
    jar.close();
  }

  /** A dependency's licence asks that its text goes wherever the dependency goes. */
  @Test
  void everyArtifactInTheJarHasItsLicence() throws IOException {
    var bundled = bundledArtifacts();
    assertThat(bundled.keySet()).contains("lucene-core", "org.eclipse.jgit", "onnxruntime");
    var licensed =
        names.stream()
            .filter(name -> name.startsWith(LICENSES))
            .map(name -> name.substring(LICENSES.length()).split("/")[0])
            .collect(Collectors.toCollection(TreeSet::new));
    var wanted = new TreeSet<>(bundled.keySet());
    wanted.addAll(Set.of("codeintel", "native"));
    assertThat(licensed).isEqualTo(wanted);
  }

  /** A new version of a dependency came with a new notice, and the old one was shipped. */
  @Test
  void licenceTextsAreThoseOfTheBundledVersions() throws IOException {
    for (var artifact : bundledArtifacts().entrySet()) {
      try (var source = new JarFile(artifact.getValue())) {
        for (var entry : source.stream().filter(PackagedJarTest::isLicence).toList()) {
          var name = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
          var ours = jar.getEntry(LICENSES + artifact.getKey() + "/" + name);
          assertThat(ours).as(artifact.getKey() + " " + name).isNotNull();
          assertThat(jar.getInputStream(ours).readAllBytes())
              .as(artifact.getKey() + " " + name)
              .isEqualTo(source.getInputStream(entry).readAllBytes());
        }
      }
    }
  }

  /** 110 MB of other platforms' libraries travelled with the jar. */
  @Test
  void onlyThisPlatformsNativesAndNotTooLarge() throws IOException {
    assertThat(Files.size(PATH)).isLessThan(JAR_BYTES_MAX);
    assertThat(names)
        .filteredOn(name -> name.matches(".*\\.(so(\\..*)?|dylib|dll|jnilib|lib|a)"))
        .hasSize(5)
        .allMatch(name -> name.contains("/linux-x64/") || name.contains("/linux-x86_64/"));
  }

  @Test
  void nothingStandsTwiceAndNothingStraysAtTheTop() {
    assertThat(names).doesNotHaveDuplicates();
    assertThat(names)
        .filteredOn(name -> !name.contains("/"))
        .containsExactlyInAnyOrder(
            "bge-small-en-v1.5-q.onnx",
            "bge-small-en-v1.5-q-tokenizer.json",
            "model.sha256",
            "onnxruntime.sha256");
    assertThat(names)
        .noneMatch(name -> name.endsWith("module-info.class"))
        .noneMatch(name -> name.matches("META-INF/.*\\.(SF|RSA|DSA)"))
        .noneMatch(name -> name.startsWith("META-INF/maven/"));
  }

  /** A service file of one library replaced that of another: codecs were not found. */
  @Test
  void serviceFilesAreMergedAndNameClassesOfTheJar() throws IOException {
    var services = "META-INF/services/";
    var wanted = new TreeMap<String, Set<String>>();
    for (var artifact : bundledArtifacts().entrySet()) {
      if (artifact.getKey().startsWith("langchain4j")) {
        continue; // only its model is taken
      }
      try (var source = new JarFile(artifact.getValue())) {
        for (var entry : source.stream().toList()) {
          if (entry.getName().startsWith(services) && !entry.isDirectory()) {
            wanted
                .computeIfAbsent(entry.getName(), _ -> new TreeSet<>())
                .addAll(providers(source, entry));
          }
        }
      }
    }
    assertThat(wanted).hasSizeGreaterThan(5);
    for (var service : wanted.entrySet()) {
      assertThat(providers(jar, jar.getEntry(service.getKey())))
          .as(service.getKey())
          .containsAll(service.getValue())
          .allMatch(provider -> names.contains(provider.replace('.', '/') + ".class"));
    }
    assertThat(providers(jar, jar.getEntry(services + "org.slf4j.spi.SLF4JServiceProvider")))
        .containsExactly(LogSlf4jProvider.class.getName());
  }

  @Test
  void manifestStartsUsAndAllowsNativeAccess() throws IOException {
    var manifest = jar.getManifest().getMainAttributes();
    assertThat(manifest.getValue("Main-Class")).isEqualTo("dev.codeintel.Main");
    assertThat(manifest.getValue("Enable-Native-Access")).isEqualTo("ALL-UNNAMED");
    assertThat(manifest.getValue("Multi-Release")).isEqualTo("true");
    assertThat(manifest.getValue("Implementation-Version")).matches("\\d+\\.\\d+\\.\\d+.*");
  }

  /** The launcher names the AOT cache by this digest; a wrong one starts old classes. */
  @Test
  void digestBesideTheJarIsTheJars() throws Exception {
    var digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(PATH));
    assertThat(Files.readString(Path.of(PATH + ".sha256")))
        .isEqualTo(HexFormat.of().formatHex(digest));
  }

  /** Two builds of one commit differed by the time of day. */
  @Test
  void ourEntriesCarryNoTimeOfTheBuild() {
    assertThat(jar.stream().filter(entry -> entry.getName().startsWith("dev/codeintel/")))
        .isNotEmpty()
        .allMatch(entry -> entry.getTimeLocal().equals(LocalDateTime.of(2026, 11, 22, 0, 0)));
  }

  /** Those jars of the class path of which the packaged jar holds a class or a model. */
  private static TreeMap<String, File> bundledArtifacts() throws IOException {
    var ours = Set.copyOf(names);
    var bundled = new TreeMap<String, File>();
    for (var element : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (!element.endsWith(".jar")) {
        continue;
      }
      try (var source = new JarFile(element)) {
        if (source.stream()
            .map(ZipEntry::getName)
            .filter(name -> !name.endsWith("/") && !name.startsWith("META-INF/"))
            .anyMatch(ours::contains)) {
          bundled.put(
              Path.of(element).getParent().getParent().getFileName().toString(), new File(element));
        }
      }
    }
    return bundled;
  }

  private static boolean isLicence(ZipEntry entry) {
    return entry
        .getName()
        .matches(
            "META-INF/([A-Za-z-]*LICENSE|NOTICE)(\\.txt|\\.md)?|about\\.html|ThirdPartyNotices\\.txt");
  }

  private static Set<String> providers(JarFile from, ZipEntry service) throws IOException {
    var text = new String(from.getInputStream(service).readAllBytes(), StandardCharsets.UTF_8);
    var providers = new ArrayList<String>();
    text.lines()
        .map(line -> line.replaceFirst("#.*", "").strip())
        .filter(line -> !line.isEmpty())
        .forEach(providers::add);
    return new TreeSet<>(providers);
  }
}
