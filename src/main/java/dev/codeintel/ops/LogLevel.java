package dev.codeintel.ops;

/** How much an event matters, least first. */
public enum LogLevel {
  DEBUG,
  INFO,
  WARNING,
  ERROR
}
