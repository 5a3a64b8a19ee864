package dev.codeintel.style;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A file of the project.
 *
 * @param path from the top of the project
 * @param text all of it
 * @param code for Java: without comments and the insides of literals; else empty
 */
record Source(String path, String text, String code) {

  /** In the order in which data travels; the first two are known to all. */
  static final List<String> STAGES =
      List.of(
          "ops",
          "config",
          "repo",
          "git",
          "chunk",
          "embed",
          "faiss",
          "vector",
          "store",
          "index",
          "search",
          "tool",
          "mcp",
          "transport",
          "cli");

  private static final Pattern STAGE_PATH =
      Pattern.compile("src/(?:main|test|jmh)/java/dev/codeintel/([^/]+)/.+");

  static Source of(String path, String text) {
    return new Source(path, text, path.endsWith(".java") ? JavaText.code(text) : "");
  }

  boolean isJava() {
    return path.endsWith(".java") && path.startsWith("src/");
  }

  boolean isMain() {
    return path.endsWith(".java") && path.startsWith("src/main/");
  }

  boolean isEntry() {
    return path.equals("src/main/java/dev/codeintel/Main.java");
  }

  /** Written by others, by a generator, or data: its style is its own. */
  boolean isOthers() {
    return path.startsWith("bindings/java/")
        || path.startsWith("src/test/resources/")
        || path.startsWith("mvnw")
        || path.equals("LICENSE")
        || path.contains("META-INF/licenses/")
        || path.startsWith("native-libs/LICENSES/");
  }

  /** The stage whose package this is in; null for Main and for what is no Java. */
  String stage() {
    var matcher = STAGE_PATH.matcher(path);
    return matcher.matches() ? matcher.group(1) : null;
  }

  List<String> found(Pattern pattern, String why) {
    return found(pattern, code, why);
  }

  List<String> foundInText(Pattern pattern, String why) {
    return found(pattern, text, why);
  }

  private List<String> found(Pattern pattern, String in, String why) {
    var breaches = new ArrayList<String>();
    var matcher = pattern.matcher(in);
    while (matcher.find()) {
      breaches.add(at(in, matcher.start(), matcher.group().strip() + ": " + why));
    }
    return breaches;
  }

  String at(int offset, String what) {
    return at(code, offset, what);
  }

  private String at(String in, int offset, String what) {
    var line = in.substring(0, offset).chars().filter(c -> c == '\n').count() + 1;
    return path + ":" + line + ": " + what;
  }
}
