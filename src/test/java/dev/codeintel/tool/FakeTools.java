package dev.codeintel.tool;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Tools that do what a test of the protocol needs. */
public final class FakeTools {

  private FakeTools() {}

  /** Says back what it was given. */
  public static Tool echo() {
    return tool(
        "echo",
        (arguments, _) -> new Whole(Map.of("said", arguments.text("text")), arguments.text("text")),
        Parameter.requiredText("text", "What to say", 1, 100_000, "hello"));
  }

  /** Ends when the latch opens or the call is cancelled; counts both. */
  public static Tool waiting(CountDownLatch begun, CountDownLatch open, CountDownLatch cancelled) {
    return tool(
        "wait",
        (_, cancel) -> {
          begun.countDown();
          while (!isOpen(open)) {
            if (cancel.isCancelled()) {
              cancelled.countDown();
            }
            cancel.check();
          }
          return new Whole(Map.of("waited", true), "waited");
        });
  }

  /** Fails as told. */
  public static Tool failing() {
    return tool(
        "fail",
        (arguments, _) -> {
          if (arguments.text("how").equals("deep")) {
            throw new StackOverflowError("secret words");
          }
          throw arguments.text("how").equals("known")
              ? new CodeintelException(ErrorCode.PATH_NOT_FOUND, "src/App.java does not exist.")
              : new IllegalStateException("secret words");
        },
        Parameter.choice("how", "", "unknown", "known", "deep"));
  }

  /** A thousand items of a hundred bytes each. */
  public static Tool many() {
    return tool("many", (_, _) -> new Many(1_000));
  }

  /** Remembers each call. */
  public static Tool noting(List<Call> calls) {
    var definition = definition("note");
    return new Tool() {
      @Override
      public ToolDefinition definition() {
        return definition;
      }

      @Override
      public Result call(Backend backend, Arguments arguments, Call call) {
        calls.add(call);
        return new Whole(Map.of("noted", true), "noted");
      }
    };
  }

  /** Work of a test tool. */
  public interface Work {
    Result of(Arguments arguments, CancelToken cancel);
  }

  public static Tool tool(String name, Work work, Parameter... parameters) {
    var definition = definition(name, parameters);
    return new Tool() {
      @Override
      public ToolDefinition definition() {
        return definition;
      }

      @Override
      public Result call(Backend backend, Arguments arguments, Call call) {
        return work.of(arguments, call.cancel());
      }
    };
  }

  private static ToolDefinition definition(String name, Parameter... parameters) {
    return new ToolDefinition(
        name, name, "A tool of a test.", List.of(parameters), List.of(), true);
  }

  private static boolean isOpen(CountDownLatch latch) {
    try {
      return latch.await(5, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a test", e);
    }
  }

  /** A result of one size. */
  public record Whole(Map<String, Object> values, String text) implements Result {
    @Override
    public int largest() {
      return 0;
    }

    @Override
    public Answer at(int size) {
      return new Answer(values, text);
    }
  }

  private record Many(int largest) implements Result {
    @Override
    public Answer at(int size) {
      var items = IntStream.range(0, size).mapToObj(i -> "%0100d".formatted(i)).toList();
      return new Answer(
          Map.of("items", items, "truncated", size < largest),
          items.stream().collect(Collectors.joining("\n")));
    }
  }
}
