package dev.codeintel.repo;

import java.util.List;

/**
 * A line that matches.
 *
 * @param place among all matches
 * @param line its number, from 1
 * @param columns where matches begin, in characters from 1; at least one, and at most {@link
 *     dev.codeintel.config.Limits#COLUMNS_MAX}
 * @param preview the line, or what stands around the first match if it is too long
 * @param before the lines before it, from top to bottom, each cut like it
 * @param after the lines behind it
 */
public record TextMatch(
    TextPlace place,
    int line,
    List<Integer> columns,
    String preview,
    List<String> before,
    List<String> after) {

  public String path() {
    return place.path();
  }
}
