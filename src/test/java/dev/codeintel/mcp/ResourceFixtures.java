package dev.codeintel.mcp;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Resources with a scheme of their own, beside the shipped ones. */
final class ResourceFixtures {

  private static final String TEXT = "test://static-text";
  private static final String BINARY = "test://static-binary";
  private static final String WATCHED = "test://watched-resource";
  private static final Pattern OF_TEMPLATE = Pattern.compile("test://template/([^/]+)/data");

  static final List<Map<String, Object>> RESOURCES =
      List.of(
          listed("uri", TEXT, "text/plain"),
          listed("uri", BINARY, "image/png"),
          listed("uri", WATCHED, "text/plain"));

  static final List<Map<String, Object>> TEMPLATES =
      List.of(listed("uriTemplate", "test://template/{id}/data", "application/json"));

  private ResourceFixtures() {}

  private static Map<String, Object> listed(String key, String uri, String mimeType) {
    return Map.of(key, uri, "name", uri, "mimeType", mimeType);
  }

  static Method reading(Method shipped) {
    return asked ->
        read(String.valueOf(asked.params().get("uri"))).orElseGet(() -> shipped.prepare(asked));
  }

  private static Optional<Work> read(String uri) {
    return switch (uri) {
      case TEXT -> text(uri, "text/plain", "This is the content of the static text resource.");
      case WATCHED -> text(uri, "text/plain", "It never changes.");
      case BINARY ->
          contents(
              new Wire.ResourceContents(
                  uri,
                  Optional.of("image/png"),
                  Optional.empty(),
                  Optional.of(ContentFixtures.PNG)));
      default -> ofTemplate(uri);
    };
  }

  private static Optional<Work> ofTemplate(String uri) {
    var matched = OF_TEMPLATE.matcher(uri);
    if (!matched.matches()) {
      return Optional.empty();
    }
    var id = matched.group(1);
    return text(
        uri,
        "application/json",
        new String(
            Json.write(
                Map.of("id", id, "templateTest", true, "data", "Data for ID: %s".formatted(id))),
            StandardCharsets.UTF_8));
  }

  private static Optional<Work> text(String uri, String mimeType, String text) {
    return contents(
        new Wire.ResourceContents(uri, Optional.of(mimeType), Optional.of(text), Optional.empty()));
  }

  private static Optional<Work> contents(Wire.ResourceContents contents) {
    return Optional.of(new Work.Done(new Wire.ReadResourceResult(List.of(contents))));
  }
}
