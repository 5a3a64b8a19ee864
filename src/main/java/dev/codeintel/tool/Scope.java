package dev.codeintel.tool;

import dev.codeintel.repo.Globs;
import dev.codeintel.repo.Languages;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which files a call is about.
 *
 * @param globs of paths
 * @param languages ids; empty: all
 */
record Scope(Globs globs, Set<String> languages) {

  private static final String INCLUDE = "include_globs";
  private static final String EXCLUDE = "exclude_globs";
  private static final String LANGUAGES = "languages";

  /** The parameters of every tool that has a scope. */
  static final List<Parameter> PARAMETERS =
      List.of(
          Parameter.texts(INCLUDE, "Only these paths; gitignore style", "src/**/*.java"),
          Parameter.texts(EXCLUDE, "", "**/test/**"),
          Parameter.texts(LANGUAGES, "Ids such as java, python, typescript", "java"));

  /**
   * @throws dev.codeintel.ops.CodeintelException {@code invalid-argument}: a bad glob, or a
   *     language that is none
   */
  static Scope of(Arguments arguments) {
    var languages = new TreeSet<>(arguments.texts(LANGUAGES));
    for (var language : languages) {
      if (!Languages.ids().contains(language)) {
        throw new InvalidArgument(
            LANGUAGES,
            language,
            "among " + String.join(", ", Languages.ids()),
            Languages.ids().getFirst());
      }
    }
    return new Scope(Globs.of(arguments.texts(INCLUDE), arguments.texts(EXCLUDE)), languages);
  }

  boolean matches(String path, String language) {
    return (languages.isEmpty() || languages.contains(language)) && globs.matches(path);
  }

  /** The filters in effect, for a result; empty when there are none. */
  Map<String, Object> shown() {
    var shown = new LinkedHashMap<String, Object>();
    if (!globs.include().isEmpty()) {
      shown.put(INCLUDE, globs.include());
    }
    if (!globs.exclude().isEmpty()) {
      shown.put(EXCLUDE, globs.exclude());
    }
    if (!languages.isEmpty()) {
      shown.put(LANGUAGES, languages);
    }
    return shown;
  }
}
