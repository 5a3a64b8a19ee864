package dev.codeintel.tool;

import dev.codeintel.index.IndexStatus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Says what the index holds and how far it is. */
public final class IndexStatusTool implements Tool {

  /** What a status says. */
  static final List<Key> KEYS =
      List.of(
          new Key("state", Kind.TEXT),
          new Key("files", Kind.WHOLE),
          new Key("chunks", Kind.WHOLE),
          new Key("embedded_share", Kind.DECIMAL),
          new Key("generation", Kind.WHOLE),
          new Key("commit", Kind.TEXT),
          new Key("pending_files", Kind.WHOLE),
          new Key("progress", Kind.OBJECT),
          new Key("embedder", Kind.OBJECT),
          new Key("index", Kind.OBJECT),
          new Key("gpu", Kind.OBJECT),
          new Key("runs", Kind.OBJECT),
          new Key("skipped", Kind.OBJECT),
          new Key("disk_bytes", Kind.WHOLE),
          new Key("truncated", Kind.FLAG));

  private static final ToolDefinition DEFINITION =
      new ToolDefinition(
          "index_status",
          "Index status",
          "What the search index holds, how far indexing is, and what was left out and why.",
          List.of(),
          KEYS,
          true);

  @Override
  public ToolDefinition definition() {
    return DEFINITION;
  }

  @Override
  public Result call(Backend backend, Arguments arguments, Call call) {
    return new Status(values(backend.status()));
  }

  /**
   * A status under the keys of the tool, also for the command line. Most telling first: what does
   * not fit is left out at the end.
   */
  public static Map<String, Object> values(IndexStatus status) {
    var values = new LinkedHashMap<String, Object>();
    values.put("state", status.state());
    values.put("files", status.files());
    values.put("chunks", status.chunks());
    values.put("embedded_share", status.embeddedShare());
    values.put("generation", status.generation());
    status.commit().ifPresent(commit -> values.put("commit", commit));
    status.progress().ifPresent(progress -> values.put("progress", progress));
    values.put("pending_files", status.pendingFiles());
    values.put("embedder", embedder(status.embedder()));
    values.put("index", index(status.index()));
    var gpu = new LinkedHashMap<String, Object>();
    gpu.put("state", "off");
    gpu.put("reason", "search runs on the processor so far");
    values.put("gpu", gpu);
    var runs = new LinkedHashMap<String, Object>();
    status.runs().forEach((mode, run) -> runs.put(mode, finished(run)));
    values.put("runs", runs);
    values.put("skipped", status.skipped());
    values.put("disk_bytes", status.diskBytes());
    return values;
  }

  private static Map<String, Object> index(IndexStatus.Vectors vectors) {
    var index = new LinkedHashMap<String, Object>();
    index.put("kind", vectors.kind());
    index.put("vectors", vectors.vectors());
    index.put("delta", vectors.delta());
    index.put("masked", vectors.masked());
    index.put("memory_bytes", vectors.memoryBytes());
    index.put("estimated_memory_bytes", vectors.estimatedMemoryBytes());
    return index;
  }

  private static Map<String, Object> finished(IndexStatus.FinishedRun run) {
    var finished = new LinkedHashMap<String, Object>();
    finished.put("finished", run.finished());
    finished.put("duration_ms", run.durationMs());
    return finished;
  }

  private static Map<String, Object> embedder(IndexStatus.Model model) {
    var embedder = new LinkedHashMap<String, Object>();
    embedder.put("identity", model.identity());
    embedder.put("dimension", model.dimension());
    var usable = model.dimension() == 0 ? "none" : "ready";
    embedder.put("state", model.unavailable().isPresent() ? "unavailable" : usable);
    model.unavailable().ifPresent(reason -> embedder.put("reason", reason));
    return embedder;
  }

  /** Sizes are keys. */
  record Status(Map<String, Object> all) implements Result {

    @Override
    public int largest() {
      return all.size();
    }

    @Override
    public Answer at(int size) {
      var values = new LinkedHashMap<String, Object>();
      var text = new StringBuilder();
      all.forEach(
          (key, value) -> {
            if (values.size() < size) {
              values.put(key, value);
              text.append(key).append(": ").append(shown(value)).append('\n');
            }
          });
      if (size < all.size()) {
        values.put("truncated", true);
        text.append("More with a larger max_tokens.");
      }
      return new Answer(values, text.toString().stripTrailing());
    }

    private static String shown(Object value) {
      return switch (value) {
        case Enum<?> state -> state.name().toLowerCase(Locale.ROOT);
        case Double share -> String.format(Locale.ROOT, "%.4f", Math.floor(share * 1e4) / 1e4);
        case Map<?, ?> map -> {
          var pairs =
              map.entrySet().stream()
                  .map(
                      pair ->
                          pair.getValue() instanceof Map<?, ?> inner
                              ? "%s (%s)".formatted(pair.getKey(), shown(inner))
                              : pair.getKey() + " " + pair.getValue())
                  .toList();
          yield pairs.isEmpty() ? "none" : String.join(", ", pairs);
        }
        case List<?> list -> String.join(" ", list.stream().map(Object::toString).toList());
        case IndexStatus.RunProgress progress -> progress.words();
        default -> value.toString();
      };
    }
  }
}
