package dev.codeintel.repo;

import java.util.Set;
import java.util.regex.Pattern;

/** Tells tests from what they test, by the names that build tools go by. */
public final class TestFiles {

  private static final Set<String> FOLDERS =
      Set.of("test", "tests", "__tests__", "spec", "specs", "testing", "testdata");

  private static final Pattern FILE =
      Pattern.compile(
          "test_[^/]*|[^/]*(_test|_spec|[.-]test|[.-]spec)\\.[^/]+|[^/]*(Test|Tests|IT|Spec)\\.[^/.]+");

  private TestFiles() {}

  /** Whether a path, relative with {@code /}, is that of a test. */
  public static boolean isTest(String path) {
    var start = 0;
    for (var end = path.indexOf('/'); end >= 0; end = path.indexOf('/', start)) {
      if (FOLDERS.contains(path.substring(start, end))) {
        return true;
      }
      start = end + 1;
    }
    return FILE.matcher(path.substring(start)).matches();
  }
}
