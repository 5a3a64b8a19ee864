package dev.codeintel.mcp;

import dev.codeintel.config.Limits;
import dev.codeintel.repo.Languages;
import dev.codeintel.tool.RepositoryFiles;
import dev.codeintel.tool.Toolbox;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an argument that is being typed may become: paths and languages. */
final class Completions {

  private final RepositoryFiles files;

  Completions(Toolbox toolbox) {
    this.files = new RepositoryFiles(toolbox);
  }

  Work complete(Asked asked) {
    var argument = Json.asObject(asked.params().get("argument")).orElse(Map.of());
    if (!(argument.get("name") instanceof String name)
        || !(argument.get("value") instanceof String begun)
        || begun.length() > Limits.ARGUMENT_CHARS_MAX) {
      throw new RpcException(
          RpcError.invalidParams(
              "params.argument must have a name and a value of at most %,d characters."
                  .formatted(Limits.ARGUMENT_CHARS_MAX)));
    }
    return switch (referred(asked) + " " + name) {
      case FileResources.TEMPLATE + " path", Prompts.CODE_REVIEW + " " + Prompts.AREA ->
          (Work.Job) task -> result(List.copyOf(files.complete(begun, task.cancel())));
      case Prompts.CODE_REVIEW + " " + Prompts.LANGUAGE ->
          new Work.Done(
              result(Languages.ids().stream().filter(id -> id.startsWith(begun)).toList()));
      default -> throw unknown();
    };
  }

  /** The template or the prompt whose argument it is. */
  private static String referred(Asked asked) {
    var reference = Json.asObject(asked.params().get("ref")).orElse(Map.of());
    var named =
        switch (String.valueOf(reference.get("type"))) {
          case "ref/resource" -> reference.get("uri");
          case "ref/prompt" -> reference.get("name");
          default -> null;
        };
    return Optional.ofNullable(named).map(String::valueOf).orElseThrow(Completions::unknown);
  }

  private static RpcException unknown() {
    return new RpcException(
        RpcError.invalidParams(
            "params.ref and params.argument must name an argument that there is: path of %s, area or language of the prompt %s."
                .formatted(FileResources.TEMPLATE, Prompts.CODE_REVIEW)));
  }

  private static Wire.CompleteResult result(List<String> all) {
    var most = Math.min(all.size(), Limits.COMPLETIONS_MAX);
    return new Wire.CompleteResult(
        new Wire.Completion(all.subList(0, most), all.size(), most < all.size()));
  }
}
