package dev.codeintel.mcp;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.repo.SourceText;
import dev.codeintel.tool.RepositoryFiles;
import dev.codeintel.tool.Toolbox;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The files of the repository as resources, each under {@code file:///} and its path. */
final class FileResources {

  static final String TEMPLATE = "file:///{path}";

  private static final String SCHEME = "file:///";

  private final RepositoryFiles files;

  FileResources(Toolbox toolbox) {
    this.files = new RepositoryFiles(toolbox);
  }

  /** A repository has too many files for a list; the template and its completion lead to each. */
  Work list(Asked asked) {
    Methods.requireFirstPage(asked);
    return new Work.Done(new Wire.ListResourcesResult(List.of()));
  }

  Work templates(Asked asked) {
    Methods.requireFirstPage(asked);
    return new Work.Done(
        new Wire.ListResourceTemplatesResult(
            List.of(
                new Wire.ResourceTemplate(
                    TEMPLATE,
                    "file",
                    "File",
                    "A file of the repository as it lies on disk; path is relative to its root."))));
  }

  Work read(Asked asked) {
    if (!(asked.params().get("uri") instanceof String uri)
        || uri.length() > Limits.URI_CHARS_MAX) { // it is said back
      throw new RpcException(
          RpcError.invalidParams(
              "params.uri must be a text of at most %,d characters."
                  .formatted(Limits.URI_CHARS_MAX)));
    }
    var path = path(uri);
    return (Work.Job) task -> contents(uri, path, task);
  }

  private Wire.ReadResourceResult contents(String uri, String path, Task task) {
    byte[] bytes;
    try {
      bytes = files.read(path, task.memory(), task.cancel());
    } catch (CodeintelException e) {
      throw switch (e.code()) {
        case TIMEOUT, BUSY, CANCELLED, INTERNAL -> e;
        default -> unreadable(uri, e.getMessage());
      };
    }
    return new Wire.ReadResourceResult(List.of(contents(uri, bytes)));
  }

  private static Wire.ResourceContents contents(String uri, byte[] bytes) {
    var text = SourceText.of(bytes);
    return text.binary()
        ? new Wire.ResourceContents(
            uri,
            Optional.of("application/octet-stream"),
            Optional.empty(),
            Optional.of(Base64.getEncoder().encodeToString(bytes)))
        : new Wire.ResourceContents(
            uri, Optional.of("text/plain"), Optional.of(text.text()), Optional.empty());
  }

  /** The template's variable is percent-encoded, its slashes mostly too. */
  private static String path(String uri) {
    if (!uri.startsWith(SCHEME)) {
      throw unreadable(uri, "Only %s resources are served.".formatted(TEMPLATE));
    }
    var encoded = uri.substring(SCHEME.length()).replace("+", "%2B");
    try {
      var bytes = URLDecoder.decode(encoded, StandardCharsets.ISO_8859_1);
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1)))
          .toString();
    } catch (IllegalArgumentException | CharacterCodingException e) {
      throw unreadable(uri, "Its path is not percent-encoded UTF-8.");
    }
  }

  private static RpcException unreadable(String uri, String why) {
    return new RpcException(
        new RpcError(
            RpcError.INVALID_PARAMS,
            "There is no resource %s. %s".formatted(RpcError.clip(uri), why),
            Optional.of(Map.of("uri", uri))));
  }
}
