package dev.codeintel.tool;

/** A top-level key of a tool's result. */
public record Key(String name, Kind kind) {}
