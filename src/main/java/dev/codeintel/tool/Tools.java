package dev.codeintel.tool;

import java.util.List;

/** The tools of this server, in the order in which clients are shown them. */
public final class Tools {

  private Tools() {}

  public static List<Tool> all() {
    return List.of(
        new SemanticSearch(),
        new SearchText(),
        new ListPaths(),
        new OpenFile(),
        new BlameRange(),
        new FileHistoryTool(),
        new SetScope(),
        new IndexStatusTool(),
        new Reindex());
  }
}
