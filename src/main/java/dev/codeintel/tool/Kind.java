package dev.codeintel.tool;

/** What a value of a tool is; one single type each, so that every client understands the schema. */
public enum Kind {
  TEXT,
  WHOLE,
  DECIMAL,
  FLAG,
  TEXTS,
  OBJECT,
  OBJECTS
}
