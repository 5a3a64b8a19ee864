package dev.codeintel.testkit;

import java.util.ArrayList;
import java.util.List;

/** What {@code git blame} says, to compare with. */
public final class GitBlame {

  private static final String PATH = "filename ";

  private GitBlame() {}

  /**
   * Where a line comes from.
   *
   * @param commit 40 hex digits; zeros when it is not committed
   * @param path of the file in that commit
   * @param line in the file of that commit, from 1
   */
  public record Line(String commit, String path, int line) {}

  /**
   * @param arguments of {@code git blame}, such as a revision and a path
   * @return one a line of the file, in order
   */
  public static List<Line> of(GitRepo repo, String... arguments) {
    var command = new ArrayList<>(List.of("-c", "core.quotePath=false", "blame"));
    command.add("--line-porcelain");
    command.addAll(List.of(arguments));
    return parse(repo.git(command.toArray(String[]::new)));
  }

  /** Reads what {@code git blame --line-porcelain} printed. */
  public static List<Line> parse(String porcelain) {
    var lines = new ArrayList<Line>();
    var head = new String[0];
    var path = "";
    for (var text : porcelain.split("\n", -1)) {
      if (text.startsWith("\t")) {
        lines.add(new Line(head[0], path, Integer.parseInt(head[1])));
        head = new String[0];
      } else if (head.length == 0) {
        head = text.split(" ");
      } else if (text.startsWith(PATH)) {
        path = text.substring(PATH.length());
      }
    }
    return lines;
  }
}
