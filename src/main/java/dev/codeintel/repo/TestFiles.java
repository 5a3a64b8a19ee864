package dev.codeintel.repo;

import java.util.regex.Pattern;

/** Tells tests from what they test, by the names that build tools go by. */
public final class TestFiles {

  private static final Pattern FOLDER =
      Pattern.compile("(^|/)(tests?|__tests__|specs?|testing|testdata)/");

  private static final Pattern FILE =
      Pattern.compile(
          "(^|/)(test_[^/]*|[^/]*(_test|_spec|[.-]test|[.-]spec)\\.[^/]+|[^/]*(Test|Tests|IT|Spec)\\.[^/.]+)$");

  private TestFiles() {}

  /** Whether a path, relative with {@code /}, is that of a test. */
  public static boolean isTest(String path) {
    return FOLDER.matcher(path).find() || FILE.matcher(path).find();
  }
}
