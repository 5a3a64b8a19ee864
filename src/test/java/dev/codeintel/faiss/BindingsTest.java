package dev.codeintel.faiss;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.testkit.TestFaiss;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** The generated bindings, the list they come from, the library and the wrapper fit together. */
class BindingsTest {

  private static final String FUNCTION = "--include-function ";
  private static final String WRAPPER = "dev/codeintel/faiss/";
  private static final String GENERATED = WRAPPER + "capi/";
  private static final String HEADER_CLASS = GENERATED + "FaissC";

  /** In a CUDA build only. */
  private static final Set<String> GPU = Set.of("fx_gpu_count");

  private static final Set<String> LIBC = Set.of("setenv");

  /** Eager linking of a header that promises more than the library has failed every start. */
  @Test
  void everyFunctionOfTheListIsInTheShippedLibrary() throws IOException {
    var file = TestFaiss.library().facts().orElseThrow().file();
    try (var arena = Arena.ofConfined()) {
      var library = SymbolLookup.libraryLookup(file, arena);
      for (var function : included()) {
        if (!LIBC.contains(function)) {
          assertThat(library.find(function).isPresent())
              .as(function)
              .isEqualTo(!GPU.contains(function));
        }
      }
    }
  }

  /** A required function that is not asked for at load is an Error in the middle of a search. */
  @Test
  void everyFunctionOfTheListIsAskedForByName() throws IOException {
    var asked = new TreeSet<>(FaissLibrary.REQUIRED);
    asked.addAll(FaissLibrary.OPTIONAL);
    asked.addAll(LIBC);
    assertThat(asked).isEqualTo(included());
    assertThat(FaissLibrary.OPTIONAL).doesNotContainAnyElementsOf(FaissLibrary.REQUIRED);
  }

  /** The list grew with what somebody once needed. */
  @Test
  void everyFunctionOfTheListIsCalledByTheWrapper() throws IOException {
    var called = new TreeSet<String>();
    for (var type : classes(WRAPPER)) {
      for (var entry : type.constantPool()) {
        if (entry instanceof MemberRefEntry member
            && member.owner().asInternalName().equals(HEADER_CLASS)) {
          called.add(member.name().stringValue());
        }
      }
    }
    assertThat(called).containsAll(included());
  }

  /** A second caller of the C API would not know what the wrapper checks. */
  @Test
  void onlyTheWrapperUsesTheBindings() throws IOException {
    var users = new TreeSet<String>();
    for (var type : classes("dev/codeintel/")) {
      if (usesBindings(type)) {
        users.add(type.thisClass().asInternalName());
      }
    }
    assertThat(users).isNotEmpty().allMatch(name -> name.matches(WRAPPER + "[^/]+"));
  }

  /** An edit by hand would be lost with the next generation, or hide that none is possible. */
  @Test
  void theGeneratedSourcesAreAsTheLockSays() throws Exception {
    var check =
        new ProcessBuilder(Path.of("bindings", "generate").toString(), "--check")
            .redirectErrorStream(true)
            .start();
    var output = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(check.waitFor()).as(output).isZero();
    assertThat(output).contains("digests: as locked");
  }

  /** Declarations with () made jextract write variadic invokers, a new handle for each call. */
  @Test
  void noFunctionIsVariadic() throws IOException {
    assertThat(Files.readString(Path.of("bindings/java", HEADER_CLASS + ".java")))
        .doesNotContain("makeInvoker");
  }

  private static TreeSet<String> included() throws IOException {
    var names = new TreeSet<String>();
    for (var line : Files.readAllLines(Path.of("bindings", "includes.txt"))) {
      if (line.startsWith(FUNCTION)) {
        names.add(line.substring(FUNCTION.length()));
      }
    }
    assertThat(names).isNotEmpty();
    return names;
  }

  private static boolean usesBindings(ClassModel type) {
    return StreamSupport.stream(type.constantPool().spliterator(), false)
        .anyMatch(
            entry ->
                entry instanceof ClassEntry named && named.asInternalName().startsWith(GENERATED));
  }

  /** Compiled main classes below a package, without the generated ones. */
  private static List<ClassModel> classes(String below) throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("target", "classes", below))) {
      var all = files.filter(file -> file.toString().endsWith(".class")).toList();
      var models = new ArrayList<ClassModel>();
      for (var file : all) {
        if (!file.toString().contains(GENERATED)) {
          models.add(ClassFile.of().parse(file));
        }
      }
      return models;
    }
  }
}
