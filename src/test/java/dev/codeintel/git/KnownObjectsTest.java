package dev.codeintel.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.junit.jupiter.api.Test;

/** What is remembered of commits and trees, and what is not. */
class KnownObjectsTest {

  private static final ObjectId ID = new ObjectId(1, 2, 3, 4, 5);

  private final KnownObjects known = new KnownObjects();

  private boolean isKept(int parents) {
    var commit = new CommitNode(ID, ID, Collections.nCopies(parents, ID), 0);
    known.add(commit);
    return commit.equals(known.commit(ID));
  }

  private boolean isKept(String path) {
    var name = new KnownObjects.Name(ID, GitPath.of(path));
    known.add(name, Optional.empty());
    return Optional.empty().equals(known.entry(name));
  }

  /**
   * A hundred thousand commits of a hundred parents, or names of thousands of bytes, filled a heap.
   */
  @Test
  void whatIsVeryLargeIsNotKept() {
    assertThat(isKept(9)).isFalse();
    assertThat(isKept(8)).isTrue();
    assertThat(isKept("n".repeat(255))).isTrue();
    assertThat(isKept("n".repeat(256))).isFalse();
  }
}
