package dev.codeintel.tool;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.repo.PathOrder;
import dev.codeintel.repo.SourceFile;
import dev.codeintel.repo.Workspace;
import java.nio.file.Files;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Lists files, sorted by path. A page begins behind the path at which the last one ended, in the
 * same list while that is kept and in a new one later, so files that come and go in between neither
 * repeat nor hide others.
 */
public final class ListPaths implements Tool {

  private static final ToolDefinition DEFINITION =
      new ToolDefinition(
          "list_paths",
          "List files",
          "Files of the repository by folder, glob and language, without what is ignored. total"
              + " counts all matches.",
          parameters(),
          List.of(
              new Key("items", Kind.OBJECTS),
              new Key("total", Kind.WHOLE),
              new Key("truncated", Kind.FLAG),
              new Key("next_cursor", Kind.TEXT),
              new Key("scope", Kind.OBJECT)),
          true);

  private static List<Parameter> parameters() {
    var parameters = new ArrayList<Parameter>();
    parameters.add(
        Parameter.text("path", "Folder to list; all when absent", Limits.PATH_CHARS_MAX, "src"));
    parameters.addAll(Scope.PARAMETERS);
    parameters.add(Parameter.whole("max_results", "", 1_000, 1, Limits.PATHS_MAX));
    parameters.add(Cursor.PARAMETER);
    return parameters;
  }

  private final Listings listings = new Listings();

  @Override
  public ToolDefinition definition() {
    return DEFINITION;
  }

  @Override
  public Result call(Backend backend, Arguments arguments, Call call) {
    var scope = Scope.of(arguments, backend, call);
    var workspace = backend.workspace();
    var folder = folder(workspace, arguments.optionalText("path").orElse(""));
    var question = List.of(DEFINITION.name(), workspace.viewId(), folder, scope.filters());
    var position =
        arguments
            .optionalText(Cursor.PARAMETER.name())
            .map(cursor -> Position.of(question, cursor));
    var known = position.flatMap(page -> listings.find(page.listing(), question));
    var matching =
        known.orElseGet(
            () -> backend.look(() -> matching(workspace, folder, scope, call), call.cancel()));
    var from = position.map(page -> behind(matching, page.path())).orElse(0);
    var to = Math.min(matching.size(), from + arguments.whole("max_results"));
    var listing = known.isPresent() ? position.get().listing() : listings.keep(question, matching);
    return new Page(matching, from, to, question, listing, scope);
  }

  private static List<SourceFile> matching(
      Workspace workspace, String folder, Scope scope, Call call) {
    return workspace.list(call.cancel(), call.progress()).listed().stream()
        .filter(file -> file.path().startsWith(folder))
        .filter(file -> scope.matches(file.path(), file.language()))
        .toList();
  }

  /** Where the files begin whose paths come after one, which need not be among them. */
  private static int behind(List<SourceFile> files, String path) {
    var paths =
        new AbstractList<String>() {
          @Override
          public String get(int index) {
            return files.get(index).path();
          }

          @Override
          public int size() {
            return files.size();
          }
        };
    var found = Collections.binarySearch(paths, path, PathOrder.INSTANCE);
    return found < 0 ? -found - 1 : found + 1;
  }

  /**
   * Where an earlier answer ended.
   *
   * @param listing of which list it was a page
   * @param path the last one shown
   */
  private record Position(String listing, String path) {

    private static final Pattern POSITION = Pattern.compile("([0-9a-f]{16})/(.+)", Pattern.DOTALL);

    static Position of(List<?> question, String cursor) {
      var position = POSITION.matcher(Cursor.position(question, cursor));
      if (!position.matches()) {
        throw Cursor.unknown(cursor);
      }
      return new Position(position.group(1), position.group(2));
    }

    String cursor(List<?> question) {
      return Cursor.of(question, listing + "/" + path);
    }
  }

  /** What the path of every file in a folder starts with. */
  private static String folder(Workspace workspace, String path) {
    var real = workspace.resolve(path);
    if (!Files.isDirectory(real)) {
      throw new CodeintelException(
          ErrorCode.NOT_A_DIRECTORY,
          "%s is a file. Give the folder that holds it, or use open_file.".formatted(path));
    }
    var relative = workspace.root().relativize(real).toString();
    return relative.isEmpty() ? "" : relative.replace('\\', '/') + "/";
  }

  /**
   * @param matching all files of all pages
   * @param from index of the first of this page
   * @param to index behind its last
   * @param question of which all pages are
   * @param listing names the list for the next page
   * @param scope which files are listed
   */
  private record Page(
      List<SourceFile> matching, int from, int to, List<?> question, String listing, Scope scope)
      implements Result {

    private record Item(String path, long size, long modified, Optional<String> language) {
      static Item of(SourceFile file) {
        return new Item(
            file.path(),
            file.size(),
            TimeUnit.NANOSECONDS.toSeconds(file.modifiedNanos()),
            Optional.of(file.language()).filter(language -> !language.isEmpty()));
      }
    }

    @Override
    public int largest() {
      return to - from;
    }

    @Override
    public Answer at(int size) {
      var shown = matching.subList(from, from + size);
      var total = matching.size();
      var left = total - from - size;
      var next =
          left == 0 || size == 0
              ? Optional.<String>empty()
              : Optional.of(new Position(listing, matching.get(from + size - 1).path()))
                  .map(position -> position.cursor(question));
      var values = new LinkedHashMap<String, Object>();
      values.put("items", shown.stream().map(Item::of).toList());
      values.put("total", total);
      values.put("truncated", left > 0);
      values.put("next_cursor", next);
      if (!scope.isAll()) {
        values.put("scope", scope.shown());
      }
      var text = new StringBuilder("%,d of %,d files (path, bytes)".formatted(size, total));
      if (!scope.isAll()) {
        text.append('\n').append(scope.words());
      }
      shown.forEach(file -> text.append('\n').append(file.path()).append(' ').append(file.size()));
      if (left > 0) {
        text.append("\n%,d more: ".formatted(left))
            .append(next.map(cursor -> "cursor " + cursor).orElse("raise max_tokens"));
      }
      return new Answer(values, text.toString());
    }
  }
}
