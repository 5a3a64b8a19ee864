package dev.codeintel.repo;

/**
 * The place of a match among all: the first of each file come before the second ones, so that no
 * file crowds out the others; within these the order is that of the paths. Files that come and go
 * between two searches move no others.
 *
 * @param rank 0 for the first line of a file that matches
 * @param path of the file
 */
public record TextPlace(int rank, String path) implements Comparable<TextPlace> {

  /** Before all. */
  public static final TextPlace START = new TextPlace(-1, "");

  @Override
  public int compareTo(TextPlace other) {
    return rank != other.rank
        ? Integer.compare(rank, other.rank)
        : PathOrder.INSTANCE.compare(path, other.path);
  }
}
