package dev.codeintel.tool;

import java.util.Map;

/**
 * What a client gets to see.
 *
 * @param values for programs; keys in snake case, in the order in which they are shown; values are
 *     String, Boolean, numbers, enums, Optional (left out when empty), List, Map and records
 * @param text for the model: the same, in few words
 */
public record Answer(Map<String, Object> values, String text) {}
