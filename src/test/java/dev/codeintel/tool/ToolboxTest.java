package dev.codeintel.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.Progress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ToolboxTest {

  private final FakeBackend backend = new FakeBackend();

  private static Result call(Toolbox toolbox, Tool tool) {
    return toolbox.call(
        tool,
        Arguments.check(tool.definition(), Map.of()),
        new Call(CancelToken.create(), Progress.NONE, Optional.empty()));
  }

  /** A search found its threads and the index gone under it: an internal error. */
  @Test
  void theBackendIsClosedBehindTheLastCall() throws Exception {
    var begun = new CountDownLatch(20);
    var closedUnderCalls = new CompletableFuture<Integer>();
    var tool =
        FakeTools.tool(
            "wait",
            (_, cancel) -> {
              begun.countDown();
              while (!cancel.isCancelled()) {
                Thread.onSpinWait();
              }
              closedUnderCalls.complete(backend.closed.get());
              throw new CodeintelException(ErrorCode.CANCELLED, "noticed");
            });
    var toolbox = new Toolbox(List.of(tool), () -> backend);
    try (var threads = Executors.newFixedThreadPool(20)) {
      for (var i = 0; i < 20; i++) {
        threads.submit(() -> call(toolbox, tool));
      }
      begun.await();
      toolbox.close();
      assertThat(closedUnderCalls.getNow(-1)).isZero();
      assertThat(backend.closed).hasValue(1);
    }
    toolbox.close();
    assertThat(backend.closed).hasValue(1);
  }

  @Test
  void aCallThatComesTooLateIsToldSo() {
    var tool = FakeTools.many();
    var toolbox = new Toolbox(List.of(tool), () -> backend);
    toolbox.close();
    assertThatThrownBy(() -> call(toolbox, tool))
        .isInstanceOfSatisfying(
            CodeintelException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED))
        .hasMessage("The server is being stopped.");
    assertThat(backend.closed).hasValue(0);
  }
}
