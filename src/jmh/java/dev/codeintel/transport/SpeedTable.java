package dev.codeintel.transport;

import dev.codeintel.mcp.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What was measured, round by round, and what follows from it. */
final class SpeedTable {

  /**
   * @param target what was meant to be reached; empty where it is only told
   */
  record Finding(String what, double value, String target) {}

  private final Map<String, List<SpeedRun>> rounds = new LinkedHashMap<>();
  private final List<Finding> findings = new ArrayList<>();
  private final List<String> skipped = new ArrayList<>();

  void add(String row, SpeedRun round) {
    rounds.computeIfAbsent(row, _ -> new ArrayList<>()).add(round);
  }

  void find(String what, double value, String target) {
    findings.add(new Finding(what, value, target));
  }

  void skip(String why) {
    skipped.add(why);
  }

  /** Of all rounds. */
  double median(String row, ToDoubleFunction<SpeedRun> value) {
    var sorted = rounds.get(row).stream().mapToDouble(value).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  void write(Path file, Map<String, Object> about) throws IOException {
    var all = new LinkedHashMap<>(about);
    all.put("java", Runtime.version().toString());
    all.put("processors", Runtime.getRuntime().availableProcessors());
    all.put("findings", findings);
    all.put("skipped", skipped);
    all.put("rounds", rounds);
    Files.writeString(file, new String(Json.write(new Json.Snake(all)), StandardCharsets.UTF_8) + "\n");
  }

  @Override
  public String toString() {
    var table = new StringBuilder();
    line(table, "%-42s %8s %9s %9s %9s %7s %7s", "median of the rounds", "calls/s", "p50 ms", "p95 ms", "max ms", "server", "client");
    for (var row : rounds.keySet()) {
      line(
          table,
          "%-42s %8.0f %9.2f %9.2f %9.1f %7.2f %7.2f",
          row,
          median(row, SpeedRun::callsASecond),
          median(row, SpeedRun::p50Ms),
          median(row, SpeedRun::p95Ms),
          median(row, SpeedRun::maxMs),
          median(row, SpeedRun::serverCores),
          median(row, SpeedRun::clientCores));
    }
    line(table, "server, client: processors that they kept busy%n");
    findings.forEach(found -> line(table, "%-62s %9.2f  %s", found.what(), found.value(), found.target()));
    skipped.forEach(why -> line(table, "skipped: %s", why));
    return table.toString();
  }

  private static void line(StringBuilder table, String format, Object... values) {
    table.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
