package dev.codeintel.index;

import dev.codeintel.ops.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** A file beside a view that says when the last run of each kind ended, and how long it took. */
final class RunHistory {

  private static final String NAME = "runs.properties";

  private RunHistory() {}

  /** Every kind of run that has ended. */
  static Map<String, IndexStatus.FinishedRun> read(Path viewFolder) {
    var runs = new TreeMap<String, IndexStatus.FinishedRun>();
    var properties = load(viewFolder);
    for (var key : properties.stringPropertyNames()) {
      var values = properties.getProperty(key).split(" ");
      try {
        runs.put(
            key, new IndexStatus.FinishedRun(Long.parseLong(values[0]), Long.parseLong(values[1])));
      } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
        Log.debug("Run history not read", "key", key, "reason", e.getMessage());
      }
    }
    return runs;
  }

  /**
   * Notes that a run ended now.
   *
   * @param kind such as {@code full}
   */
  static void finished(Path viewFolder, String kind, Duration took) {
    var properties = load(viewFolder);
    properties.setProperty(kind, System.currentTimeMillis() / 1_000 + " " + took.toMillis());
    var beside = viewFolder.resolve(NAME + ".new");
    try (var out = Files.newBufferedWriter(beside)) {
      properties.store(out, "kind=end in seconds since the epoch, duration in ms");
      out.flush();
      Files.move(beside, viewFolder.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Log.debug("Run history not written", "reason", e.getMessage()); // nothing depends on it
    }
  }

  private static Properties load(Path viewFolder) {
    var properties = new Properties();
    try (var in = Files.newBufferedReader(viewFolder.resolve(NAME))) {
      properties.load(in);
    } catch (NoSuchFileException e) {
      return properties;
    } catch (IOException | IllegalArgumentException e) {
      Log.debug("Run history not read", "reason", e.getMessage());
    }
    return properties;
  }
}
