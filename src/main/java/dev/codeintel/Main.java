package dev.codeintel;

import dev.codeintel.cli.Cli;

/** Wiring only. */
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(Cli.run(arguments));
  }
}
