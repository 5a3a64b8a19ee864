package dev.codeintel;

/** Wiring only. */
public final class Main {

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(2);
  }
}
