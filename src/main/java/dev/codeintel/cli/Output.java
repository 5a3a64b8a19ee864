package dev.codeintel.cli;

import dev.codeintel.mcp.Json;
import java.io.IOException;
import java.io.UncheckedIOException;

/** JSON for programs, with the field names of the tools. */
final class Output {

  private Output() {}

  /** Prints one object on stdout. */
  static void json(Object value) {
    try {
      System.out.write(Json.write(new Json.Snake(value)));
      System.out.println();
    } catch (IOException e) {
      throw new UncheckedIOException("stdout cannot be written", e);
    }
  }
}
