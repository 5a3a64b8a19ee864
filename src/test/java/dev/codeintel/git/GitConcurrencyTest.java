package dev.codeintel.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.repo.Workspace;
import dev.codeintel.testkit.GeneratedHistory;
import dev.codeintel.testkit.GitRepo;
import dev.codeintel.testkit.Seeded;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Of 100 concurrent blame calls 0 were right: 83 failed, 17 gave wrong answers as success. Here
 * every answer must be the one that is given when nobody else asks.
 */
class GitConcurrencyTest {

  private static final int CALLERS = 100;
  private static final int FILES = 50;
  private static final int ROUNDS = 3;

  @TempDir Path folder;

  private GitRepo repo;
  private Random random;
  private List<String> files;
  private String head;

  /** What somebody asks; all by commit id, so that new commits change no answer. */
  private record Question(String path, OptionalInt first, OptionalInt last, boolean blame) {

    Object ask(Git git, String commit, CancelToken cancel) {
      return blame
          ? git.blame(path, first, last, Integer.MAX_VALUE, commit, cancel)
          : git.history(path, true, commit, 0, 20, cancel);
    }
  }

  @BeforeEach
  void write() {
    random = Seeded.random();
    repo =
        GeneratedHistory.in(
            folder.resolve("repo"), random, new GeneratedHistory.Shape(600, 40, 20, 8, 60, 80));
    repo.git("reset", "-q", "--hard");
    head = repo.head();
    files = repo.git("-c", "core.quotePath=false", "ls-files").lines().limit(FILES).toList();
    assertThat(files).hasSizeGreaterThan(FILES / 2);
  }

  @Test
  void everyAnswerIsThatOfOneWhoAsksAlone() throws Exception {
    var questions = questions();
    var expected = alone(questions);
    try (var workspace = Workspace.open(repo.root());
        var git = new Git(workspace, folder.resolve("data"))) {
      for (var round = 0; round < ROUNDS; round++) {
        var answers =
            together(
                questions.stream()
                    .map(
                        question ->
                            (Callable<Object>) () -> question.ask(git, head, CancelToken.create()))
                    .toList());
        assertThat(answers).isEqualTo(expected);
      }
    }
  }

  /**
   * A caller who leaves, or whose thread is interrupted, must take no answer of others with him.
   */
  @Test
  void callersWhoLeaveDisturbNobody() throws Exception {
    var questions = questions();
    var expected = alone(questions);
    try (var workspace = Workspace.open(repo.root());
        var git = new Git(workspace, folder.resolve("data"))) {
      var calls = new ArrayList<Callable<Object>>();
      for (var i = 0; i < CALLERS; i++) {
        var question = questions.get(i);
        calls.add(
            switch (i % 4) {
              case 0 -> () -> leaving(git, question);
              case 1 -> () -> interrupted(git, question);
              default -> () -> question.ask(git, head, CancelToken.create());
            });
      }
      calls.add(
          () -> {
            repo.write("new.txt", "new\n").commitAll("meanwhile");
            return repo.git("gc", "-q", "--prune=now");
          });
      for (var round = 0; round < ROUNDS; round++) {
        var answers = together(calls);
        for (var i = 0; i < CALLERS; i++) {
          if (i % 4 > 1) {
            assertThat(answers.get(i)).as("caller %d", i).isEqualTo(expected.get(i));
          }
        }
      }
      for (var i = 0; i < CALLERS; i++) {
        assertThat(questions.get(i).ask(git, head, CancelToken.create()))
            .as("afterwards, question %d", i)
            .isEqualTo(expected.get(i));
      }
    }
  }

  private Object leaving(Git git, Question question) {
    var cancel = CancelToken.create();
    Thread.startVirtualThread(cancel::cancel);
    try {
      return question.ask(git, head, cancel);
    } catch (CodeintelException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED);
      return e.code();
    }
  }

  private Object interrupted(Git git, Question question) {
    Thread.currentThread().interrupt();
    try {
      return question.ask(git, head, CancelToken.create());
    } catch (CodeintelException e) {
      assertThat(e.getMessage()).as("a reason").doesNotContain("null");
      return e.code();
    } finally {
      Thread.interrupted();
    }
  }

  private List<Question> questions() {
    var questions = new ArrayList<Question>();
    for (var i = 0; i < CALLERS; i++) {
      var path = files.get(i % files.size());
      var whole = random.nextInt(3) == 0;
      questions.add(
          new Question(
              path,
              whole ? OptionalInt.empty() : OptionalInt.of(1),
              whole ? OptionalInt.empty() : OptionalInt.of(1),
              random.nextInt(4) > 0));
    }
    return questions;
  }

  private List<Object> alone(List<Question> questions) {
    try (var workspace = Workspace.open(repo.root());
        var git = new Git(workspace, folder.resolve("alone"))) {
      return questions.stream()
          .map(question -> question.ask(git, head, CancelToken.create()))
          .toList();
    }
  }

  /** Starts all at the same moment, each in a thread of its own. */
  private static List<Object> together(List<Callable<Object>> calls) throws Exception {
    var start = new CountDownLatch(1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var running = new ArrayList<Future<Object>>();
      for (var call : calls) {
        running.add(
            threads.submit(
                () -> {
                  start.await();
                  return call.call();
                }));
      }
      start.countDown();
      var answers = new ArrayList<Object>();
      for (var one : running) {
        answers.add(one.get());
      }
      return answers;
    }
  }
}
