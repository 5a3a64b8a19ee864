package dev.codeintel.tool;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.repo.Globs;
import dev.codeintel.repo.Languages;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which files a call is about.
 *
 * @param globs of paths
 * @param languages ids; empty: all
 */
record Scope(Globs globs, SortedSet<String> languages) {

  /** Every file. */
  static final Scope ALL = new Scope(Globs.all(), Collections.emptySortedSet());

  private static final String INCLUDE = "include_globs";
  private static final String EXCLUDE = "exclude_globs";
  private static final String LANGUAGES = "languages";

  /** What a scope is made of. */
  static final List<Parameter> FIELDS =
      List.of(
          Parameter.texts(INCLUDE, "Only these paths; gitignore style", "src/**/*.java"),
          Parameter.texts(EXCLUDE, "", "**/test/**"),
          Parameter.texts(LANGUAGES, "Ids such as java, python", "java"));

  private static final Parameter ID =
      Parameter.text(
          "scope_id", "From set_scope", Limits.SCOPE_ID_CHARS_MAX, "9mXv0u2JcQ4tYw7RkLs1AaBd");

  /** The parameters of every tool that has a scope. */
  static final List<Parameter> PARAMETERS =
      List.of(FIELDS.get(0), FIELDS.get(1), FIELDS.get(2), ID);

  private static final int ITEM_BYTES = 3; // quotes and a comma

  Scope {
    languages = Collections.unmodifiableSortedSet(new TreeSet<>(languages));
  }

  /**
   * The scope of a call: each filter as it is given, else as in the scope that {@code scope_id}
   * names, else, without one, as in the scope of the conversation.
   *
   * @throws CodeintelException {@code invalid-argument}: a bad glob, or a language that is none;
   *     {@code scope-not-found}
   */
  static Scope of(Arguments arguments, Backend backend, Call call) {
    var scopes = backend.scopes();
    return arguments
        .optionalText(ID.name())
        .map(scopes::find)
        .or(() -> call.session().flatMap(scopes::ofSession))
        .orElse(ALL)
        .with(arguments);
  }

  /**
   * This scope with some filters replaced: an empty list, too, replaces what is here.
   *
   * @throws CodeintelException {@code invalid-argument}: a bad glob, or a language that is none
   */
  Scope with(Arguments given) {
    var asked = given.optionalTexts(LANGUAGES);
    asked.ifPresent(Scope::requireLanguages);
    return new Scope(
        Globs.of(
            given.optionalTexts(INCLUDE).orElse(globs.include()),
            given.optionalTexts(EXCLUDE).orElse(globs.exclude())),
        asked.<SortedSet<String>>map(TreeSet::new).orElse(languages));
  }

  private static void requireLanguages(List<String> languages) {
    for (var language : languages) {
      if (!Languages.ids().contains(language)) {
        throw new InvalidArgument(
            LANGUAGES,
            language,
            "among " + String.join(", ", Languages.ids()),
            Languages.ids().getFirst());
      }
    }
  }

  /** Whether every file matches. */
  boolean isAll() {
    return globs.isAll() && languages.isEmpty();
  }

  boolean matches(String path, String language) {
    return (languages.isEmpty() || languages.contains(language)) && globs.matches(path);
  }

  /** How many globs and languages there are. */
  int items() {
    return globs.include().size() + globs.exclude().size() + languages.size();
  }

  /** The filters in effect, for a result; empty when there are none. Of a long list, its start. */
  Map<String, Object> shown() {
    return shown(itemsShown());
  }

  /**
   * The first filters.
   *
   * @param items how many of {@link #items()}; how many more there are is said
   */
  Map<String, Object> shown(int items) {
    var shown = new LinkedHashMap<String, Object>();
    var room = items;
    for (var filter : filters().entrySet()) {
      var first = filter.getValue().stream().limit(room).toList();
      room -= first.size();
      if (!first.isEmpty()) {
        shown.put(filter.getKey(), first);
      }
    }
    if (items < items()) {
      shown.put("not_shown", items() - items);
    }
    return shown;
  }

  /** The same in words; empty when there are no filters. */
  String words() {
    return words(itemsShown());
  }

  String words(int items) {
    if (isAll()) {
      return "";
    }
    var words = new StringBuilder("scope:");
    shown(items)
        .forEach(
            (name, value) -> {
              words.append(words.charAt(words.length() - 1) == ':' ? " " : "; ").append(name);
              words.append(' ');
              words.append(
                  value instanceof List<?> list
                      ? String.join(" ", list.stream().map(Object::toString).toList())
                      : value);
            });
    return words.toString();
  }

  /** All filters, the empty ones too, by the parameter they come from. */
  Map<String, Collection<String>> filters() {
    var filters = new LinkedHashMap<String, Collection<String>>();
    filters.put(INCLUDE, globs.include());
    filters.put(EXCLUDE, globs.exclude());
    filters.put(LANGUAGES, languages);
    return filters;
  }

  /** A scope may be longer than an answer. */
  private int itemsShown() {
    var shown = 0;
    var room = Limits.SCOPE_SHOWN_BYTES_MAX;
    for (var filter : filters().values()) {
      for (var item : filter) {
        room -= ITEM_BYTES + item.getBytes(StandardCharsets.UTF_8).length;
        if (room < 0) {
          return shown;
        }
        shown++;
      }
    }
    return shown;
  }
}
