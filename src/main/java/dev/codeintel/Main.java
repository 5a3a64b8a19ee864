package dev.codeintel;

import dev.codeintel.cli.Cli;
import dev.codeintel.cli.QuickStdio;

/** Wiring only. */
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(QuickStdio.run(arguments).orElseGet(() -> Cli.run(arguments)));
  }
}
