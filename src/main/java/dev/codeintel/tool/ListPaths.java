package dev.codeintel.tool;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.repo.PathOrder;
import dev.codeintel.repo.SourceFile;
import dev.codeintel.repo.Workspace;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Lists files, sorted by path. A page begins behind the path at which the last one ended, so files
 * that come and go in between neither repeat nor hide others.
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

  @Override
  public ToolDefinition definition() {
    return DEFINITION;
  }

  @Override
  public Result call(Backend backend, Arguments arguments, Call call) {
    var scope = Scope.of(arguments, backend, call);
    var after = arguments.optionalText(Cursor.PARAMETER.name()).map(scope::position);
    var folder = folder(backend.workspace(), arguments.optionalText("path").orElse(""));
    var matching =
        backend.workspace().list(call.cancel(), call.progress()).listed().stream()
            .filter(file -> file.path().startsWith(folder))
            .filter(file -> scope.matches(file.path(), file.language()))
            .toList();
    var rest =
        matching.stream()
            .filter(
                file -> after.isEmpty() || PathOrder.INSTANCE.compare(file.path(), after.get()) > 0)
            .toList();
    var wanted = Math.min(rest.size(), arguments.whole("max_results"));
    return new Page(rest.subList(0, wanted), rest.size() - wanted, matching.size(), after, scope);
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
   * @param behind how many files follow those of this page
   * @param total how many match on all pages
   * @param after where the page before ended
   * @param scope which files are listed
   */
  private record Page(
      List<SourceFile> files, int behind, int total, Optional<String> after, Scope scope)
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
      return files.size();
    }

    @Override
    public Answer at(int size) {
      var shown = files.subList(0, size);
      var left = behind + files.size() - size;
      var last = shown.isEmpty() ? after : Optional.of(shown.getLast().path());
      var next = last.filter(_ -> left > 0).map(scope::cursor);
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
