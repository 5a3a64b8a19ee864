package dev.codeintel.repo;

import dev.codeintel.ops.CancelToken;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What attributes files say about the files of a work tree. From weak to strong: the user's file,
 * {@code .gitattributes} of each folder (deeper wins), {@code info/attributes} of the repository.
 * Within a file the last line that matches counts.
 *
 * <p>Not JGit's matcher, for the reason that {@link WildMatch} gives. Files are read anew at each
 * use, and of what they say only the attributes that decide about bytes are kept, because a
 * stranger's files may say very much. A {@code .gitattributes} that git tracks but that does not
 * lie in the work tree is not looked for in the index; the system's attributes are not read. Safe
 * for use by any thread.
 */
final class Attributes {

  private static final String FILE = ".gitattributes";
  private static final String BYTE_ORDER_MARK = "\u00EF\u00BB\u00BF";
  private static final String BUILT_IN = "[attr]binary -diff -merge -text";

  /** What decides how bytes are stored. */
  private static final Set<String> KEPT =
      Set.of("text", "crlf", "eol", "working-tree-encoding", "ident", "filter");

  private final RootFolder root;
  private final Optional<Path> user;
  private final Optional<Path> info;

  /**
   * @param user the user's file
   * @param info the file of the repository that is not part of the work tree
   */
  Attributes(RootFolder root, Optional<Path> user, Optional<Path> info) {
    this.root = root;
    this.user = user;
    this.info = info;
  }

  /**
   * What is said of a file.
   *
   * @param path relative to the root
   * @param cancel looked at for each line
   * @return by name; unspecified ones are left out
   */
  Map<String, AttributeRule.State> of(String path, CancelToken cancel) {
    var strongest = info.map(Attributes::read).orElse("");
    var ofRoot = read(FILE);
    var weakest = user.map(Attributes::read).orElse("");
    var said = new Said();
    for (var text : List.of(strongest, ofRoot, weakest, BUILT_IN)) {
      said.defineMacros(text, cancel);
    }
    said.add(strongest, path, cancel);
    for (var slash = path.lastIndexOf('/'); slash >= 0; slash = path.lastIndexOf('/', slash - 1)) {
      var file = path.substring(0, slash + 1) + FILE;
      said.add(read(file), path.substring(slash + 1), cancel);
    }
    said.add(ofRoot, path, cancel);
    said.add(weakest, path, cancel);
    return said.specified();
  }

  /** A file of the work tree. */
  private String read(String path) {
    return unmarked(RuleFile.text(root, path));
  }

  private static String read(Path file) {
    return unmarked(RuleFile.text(file));
  }

  private static String unmarked(String text) {
    return text.startsWith(BYTE_ORDER_MARK) ? text.substring(BYTE_ORDER_MARK.length()) : text;
  }

  /** Calls back with the lines of a text, the last one first. */
  private static void backwards(String text, CancelToken cancel, Consumer<String> line) {
    for (var end = text.length(); end >= 0; ) {
      cancel.check();
      var start = text.lastIndexOf('\n', end - 1) + 1;
      line.accept(text.substring(start, end));
      end = start - 1;
    }
  }

  /** What was said so far, by stronger rules than those that come. */
  private static final class Said {

    /** The strongest definition of each, wherever the line that uses it stands. */
    private final Map<String, List<AttributeRule.State>> macros = new HashMap<>();

    private final Map<String, AttributeRule.State> byName = new HashMap<>();

    void defineMacros(String text, CancelToken cancel) {
      if (text.contains(AttributeRule.MACRO)) {
        backwards(
            text,
            cancel,
            line ->
                AttributeRule.parse(line)
                    .filter(rule -> !rule.macro().isEmpty())
                    .ifPresent(rule -> macros.putIfAbsent(rule.macro(), rule.states())));
      }
    }

    /**
     * @param path relative to the folder that the rules are for
     */
    void add(String text, String path, CancelToken cancel) {
      var bytes = IgnoreRule.bytesOf(path);
      var name = bytes.substring(bytes.lastIndexOf('/') + 1);
      backwards(
          text,
          cancel,
          line ->
              AttributeRule.parse(line)
                  .filter(rule -> rule.macro().isEmpty() && isNews(rule.states()))
                  .filter(rule -> rule.pattern().matches(bytes, name, false))
                  .ifPresent(rule -> add(rule.states())));
    }

    private boolean isNews(List<AttributeRule.State> states) {
      for (var state : states) {
        if (counts(state) && !byName.containsKey(state.name())) {
          return true;
        }
      }
      return false;
    }

    private boolean counts(AttributeRule.State state) {
      return KEPT.contains(state.name()) || macros.containsKey(state.name());
    }

    /** The last of a line counts; a macro speaks where its name stands. */
    private void add(List<AttributeRule.State> states) {
      var waiting = new ArrayDeque<>(states);
      while (!waiting.isEmpty()) {
        var state = waiting.removeLast();
        if (counts(state)
            && byName.putIfAbsent(state.name(), state) == null
            && state.kind() == AttributeRule.Kind.SET) {
          waiting.addAll(macros.getOrDefault(state.name(), List.of()));
        }
      }
    }

    Map<String, AttributeRule.State> specified() {
      var specified = new HashMap<String, AttributeRule.State>();
      for (var name : KEPT) {
        var state = byName.get(name);
        if (state != null && state.kind() != AttributeRule.Kind.UNSPECIFIED) {
          specified.put(name, state);
        }
      }
      return Map.copyOf(specified);
    }
  }
}
