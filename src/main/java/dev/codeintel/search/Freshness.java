package dev.codeintel.search;

import dev.codeintel.ops.CodeintelException;
import dev.codeintel.repo.SourceText;
import dev.codeintel.repo.Workspace;
import dev.codeintel.store.FileState;
import dev.codeintel.store.Generation;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Looks at the files behind findings before they are shown. For one answer; each file is looked at
 * once.
 */
final class Freshness {

  private final Workspace workspace;
  private final Generation generation;
  private final Map<String, State> looked = new HashMap<>();

  Freshness(Workspace workspace, Generation generation) {
    this.workspace = workspace;
    this.generation = generation;
  }

  /** What became of a file since it was indexed. */
  private sealed interface State {}

  private record Same() implements State {}

  private record Changed(SourceText text) implements State {}

  private record Gone() implements State {}

  /** Files seen to have changed or gone. */
  long changedFiles() {
    return looked.values().stream().filter(state -> !(state instanceof Same)).count();
  }

  /** Where a chunk stands now; empty when its file is gone. */
  Optional<Place> place(Generation.Found found) {
    var chunk = found.chunk();
    return switch (looked.computeIfAbsent(found.path(), this::look)) {
      case Same _ -> Optional.of(new Place(chunk.startLine(), chunk.endLine(), false));
      case Gone _ -> Optional.empty();
      case Changed changed ->
          Optional.of(corrected(chunk.text(), chunk.startLine(), chunk.endLine(), changed.text));
    };
  }

  /** Lines of a finding, and whether its file changed. */
  record Place(int startLine, int endLine, boolean stale) {}

  private State look(String path) {
    var known = generation.file(path);
    try {
      var file = workspace.look(path);
      if (known.isPresent()
          && file.isPresent()
          && known.get().looksLike(file.get().size(), file.get().modifiedNanos())) {
        return new Same();
      }
      var text = workspace.read(path);
      return known.map(FileState::sha256).filter(text.sha256()::equals).isPresent()
          ? new Same()
          : new Changed(text);
    } catch (CodeintelException e) {
      return new Gone(); // what cannot be read now cannot be shown as a place to read
    }
  }

  private static Place corrected(String snippet, int startLine, int endLine, SourceText now) {
    var text = now.text().replace("\r\n", "\n");
    var at = text.indexOf(snippet);
    if (at < 0 || text.indexOf(snippet, at + 1) >= 0) {
      return new Place(startLine, endLine, true);
    }
    var line = 1 + (int) text.chars().limit(at).filter(character -> character == '\n').count();
    return new Place(line, line + endLine - startLine, true);
  }
}
