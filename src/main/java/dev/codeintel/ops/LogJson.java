package dev.codeintel.ops;

import java.io.StringWriter;
import java.util.Locale;
import java.util.Set;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** The form for programs: one JSON object a line, {@code time, level, event}, then the fields. */
final class LogJson {

  private static final JsonFactory FACTORY = new JsonFactory();
  private static final Set<String> OURS = Set.of("time", "level", "event");

  private LogJson() {}

  static String line(LogEvent event) {
    var line = new StringWriter();
    try (var json = FACTORY.createGenerator(ObjectWriteContext.empty(), line)) {
      json.writeStartObject();
      json.writeStringProperty("time", LogText.TIME.format(event.time()));
      json.writeStringProperty("level", event.level().name().toLowerCase(Locale.ROOT));
      json.writeStringProperty("event", event.name());
      for (var field : event.fields()) {
        json.writeName(OURS.contains(field.name()) ? field.name() + "_" : field.name());
        value(field.value(), json);
      }
      json.writeEndObject();
    }
    return LogText.escapeOdd(line.toString());
  }

  private static void value(Object value, JsonGenerator json) {
    switch (value) {
      case null -> json.writeNull();
      case Integer number -> json.writeNumber(number);
      case Long number -> json.writeNumber(number);
      case Double number when Double.isFinite(number) -> json.writeNumber(number);
      case Float number when Float.isFinite(number) -> json.writeNumber(number);
      case Boolean truth -> json.writeBoolean(truth);
      default -> json.writeString(value.toString());
    }
  }
}
