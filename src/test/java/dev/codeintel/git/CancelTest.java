package dev.codeintel.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.testkit.GeneratedHistory;
import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Seeded;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Work that nobody wants any more ends at the next object, counted in objects and not in time. */
class CancelTest {

  private static final int READS_AFTER_CANCEL_MAX = 1;

  @TempDir Path folder;

  private GitRepo repo;
  private String path;

  /** What is asked, with what earlier questions left behind. */
  private interface Question {
    Object ask(Objects objects) throws IOException;
  }

  /** Counts the objects that are opened, and cancels at one of them. */
  private static final class Counting extends FileRepository {

    private final CancelToken cancel = CancelToken.create();
    private final int last;
    private int opened;

    Counting(Path folder, int last) throws IOException {
      super(folder.toFile());
      this.last = last;
    }

    @Override
    public ObjectReader newObjectReader() {
      var reader = super.newObjectReader();
      return new ObjectReader.Filter() {
        @Override
        protected ObjectReader delegate() {
          return reader;
        }

        @Override
        public ObjectLoader open(AnyObjectId id, int type)
            throws MissingObjectException, IOException {
          opened++;
          if (opened == last) {
            cancel.cancel();
          }
          return super.open(id, type);
        }
      };
    }
  }

  @BeforeEach
  void write() {
    repo =
        GeneratedHistory.in(
            folder.resolve("repo"), Seeded.random(), GeneratedHistory.Shape.ofCommits(300));
    // A young one is read in a few objects.
    path = GeneratedHistory.leastTouchedFirst(repo).getLast();
  }

  @Test
  void blameEndsAtTheNextObject() throws IOException {
    assertEndsSoon(
        objects -> {
          var head = objects.commit(ObjectId.fromString(repo.head()));
          var file = Origin.require(objects, head, GitPath.of(path));
          return new LineSources(path, AskedLines.ALL, objects, BlameCache.none(), Set.of())
              .at(file);
        });
  }

  @Test
  void historyEndsAtTheNextObject() throws IOException {
    assertEndsSoon(
        objects ->
            new FileLog()
                .page(
                    objects,
                    Mailmap.NONE,
                    ObjectId.fromString(repo.head()),
                    GitPath.of(path),
                    true,
                    0,
                    1_000));
  }

  /** Sooner or later cancelled, it ends at once, and leaves nothing behind that is half made. */
  private void assertEndsSoon(Question question) throws IOException {
    Object expected;
    int all;
    try (var repository = new Counting(repo.root().resolve(".git"), -1);
        var objects = new Objects(repository, repository.cancel)) {
      expected = question.ask(objects);
      all = repository.opened;
    }
    assertThat(all).isGreaterThan(100);
    var fresh = new KnownObjects();
    for (var last = 1; last < all; last += Math.max(1, all / 40)) {
      try (var repository = new Counting(repo.root().resolve(".git"), last);
          var objects = new Objects(repository, fresh, CommitGraphFile.NONE, repository.cancel)) {
        var ended = false;
        try {
          assertThat(question.ask(objects)).isEqualTo(expected);
        } catch (CodeintelException e) {
          assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED);
          ended = true;
        }
        assertThat(repository.opened).isLessThanOrEqualTo(last + READS_AFTER_CANCEL_MAX);
        assertThat(ended || repository.opened < last + READS_AFTER_CANCEL_MAX).isTrue();
      }
    }
    try (var repository = new Counting(repo.root().resolve(".git"), -1);
        var objects = new Objects(repository, fresh, CommitGraphFile.NONE, repository.cancel)) {
      assertThat(question.ask(objects)).isEqualTo(expected);
    }
  }

  @Test
  void aDeadlineEndsItToo() throws IOException {
    try (var repository = new Counting(repo.root().resolve(".git"), -1);
        var objects = new Objects(repository, CancelToken.withDeadline(Duration.ZERO))) {
      assertThatThrownBy(() -> objects.commit(ObjectId.fromString(repo.head())))
          .isInstanceOfSatisfying(
              CodeintelException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMEOUT));
      assertThat(repository.opened).isZero();
    }
  }
}
