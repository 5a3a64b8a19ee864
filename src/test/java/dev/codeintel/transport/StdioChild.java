package dev.codeintel.transport;

import dev.codeintel.mcp.Dispatcher;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.LogLevel;
import dev.codeintel.tool.FakeBackend;
import dev.codeintel.tool.FakeTools;
import dev.codeintel.tool.Parameter;
import dev.codeintel.tool.Toolbox;
import dev.codeintel.tool.Tools;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A server process of its own: over the folder that is its argument, or else with one tool that
 * prints wherever a library might.
 */
public final class StdioChild {

  private StdioChild() {}

  public static void main(String[] arguments) {
    var streams = StandardStreams.take(new FileOutputStream(FileDescriptor.out), true);
    Log.configure(LogLevel.DEBUG, false, streams.err());
    var prints =
        FakeTools.tool(
            "print",
            (given, _) -> {
              print(given.text("text"));
              return new FakeTools.Whole(
                  Map.of("printed", given.text("text")), "printed " + given.text("text"));
            },
            Parameter.requiredText("text", "", 1, 1_000, "hello"));
    var toolbox =
        arguments.length > 0
            ? new Toolbox(Tools.all(), () -> new FakeBackend(Path.of(arguments[0])))
            : new Toolbox(
                List.of(prints),
                () -> {
                  streams.seal().run();
                  return new FakeBackend();
                });
    new StdioServer(new Dispatcher(toolbox, Duration.ofSeconds(30)), streams).run();
    System.exit(0);
  }

  private static void print(String text) {
    System.out.println("java out " + text);
    System.err.println("java err " + text);
    var linker = Linker.nativeLinker();
    try (var arena = Arena.ofConfined()) {
      var puts = linker.defaultLookup().findOrThrow("puts");
      var flush = linker.defaultLookup().findOrThrow("fflush");
      var intOfPointer = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
      var printed =
          (int)
              linker
                  .downcallHandle(puts, intOfPointer)
                  .invokeExact(arena.allocateFrom("native out " + text));
      var flushed =
          (int) linker.downcallHandle(flush, intOfPointer).invokeExact(MemorySegment.NULL);
      if (printed < 0 || flushed != 0) {
        throw new IllegalStateException("could not print");
      }
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
