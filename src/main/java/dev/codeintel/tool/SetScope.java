package dev.codeintel.tool;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keeps filters, so that later calls need not repeat them. */
public final class SetScope implements Tool {

  private static final String SCOPE = "scope";

  private static final ToolDefinition DEFINITION =
      new ToolDefinition(
          "set_scope",
          "Set scope",
          "Keep filters for later calls: pass them the scope_id. A filter that a call gives itself"
              + " replaces that one of the scope, an empty list too. Without scope: clears.",
          List.of(
              Parameter.object(
                  SCOPE, "", Scope.FIELDS, Map.of("include_globs", List.of("src/**/*.java")))),
          List.of(
              new Key(SCOPE, Kind.OBJECT),
              new Key("scope_id", Kind.TEXT),
              new Key("expires_in_seconds", Kind.WHOLE),
              new Key("matching_files", Kind.WHOLE),
              new Key("truncated", Kind.FLAG),
              new Key("notes", Kind.TEXTS)),
          false);

  @Override
  public ToolDefinition definition() {
    return DEFINITION;
  }

  @Override
  public Result call(Backend backend, Arguments arguments, Call call) {
    var scope = arguments.object(SCOPE).map(Scope.ALL::with).orElse(Scope.ALL);
    // Counted first: a call that fails changes nothing.
    var matching = backend.look(() -> matching(backend, scope, call), call.cancel());
    if (scope.isAll()) {
      call.session().ifPresent(backend.scopes()::clear);
      return new InEffect(scope, Optional.empty(), 0, matching, List.of(cleared(call)));
    }
    var id = backend.scopes().keep(scope, call.session());
    var notes =
        call.session()
            .map(_ -> "Calls of this conversation use it even without scope_id.")
            .map(List::of)
            .orElse(List.of());
    return new InEffect(
        scope, Optional.of(id), backend.scopes().idleMax().toSeconds(), matching, notes);
  }

  private static long matching(Backend backend, Scope scope, Call call) {
    return backend.workspace().list(call.cancel(), call.progress()).listed().stream()
        .filter(file -> scope.matches(file.path(), file.language()))
        .count();
  }

  private static String cleared(Call call) {
    return call.session().isPresent()
        ? "No scope is set: calls without scope_id see every file."
        : "No scope was set: here a scope counts only for calls that give its scope_id.";
  }

  /** Sizes are filters. */
  private record InEffect(
      Scope scope, Optional<String> id, long expiresInSeconds, long matching, List<String> notes)
      implements Result {

    @Override
    public int largest() {
      return scope.items();
    }

    @Override
    public Answer at(int size) {
      var values = new LinkedHashMap<String, Object>();
      values.put(SCOPE, scope.shown(size));
      values.put("scope_id", id);
      if (id.isPresent()) {
        values.put("expires_in_seconds", expiresInSeconds);
      }
      values.put("matching_files", matching);
      if (size < scope.items()) {
        values.put("truncated", true);
      }
      if (!notes.isEmpty()) {
        values.put("notes", notes);
      }
      return new Answer(values, text(size));
    }

    private String text(int size) {
      var text = new StringBuilder();
      if (!scope.isAll()) {
        text.append(scope.words(size)).append('\n');
      }
      text.append("matching_files: %,d".formatted(matching));
      id.ifPresent(
          given ->
              text.append(
                  "\nscope_id: %s (gone %,d s after its last use)"
                      .formatted(given, expiresInSeconds)));
      notes.forEach(note -> text.append("\nnote: ").append(note));
      return text.toString();
    }
  }
}
