package dev.codeintel.transport;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The few POSIX calls on file descriptors that Java has no name for. Opening {@code /dev/fd/1}
 * instead does not work: the pipes that some clients make are sockets, which cannot be opened.
 */
final class Posix {

  static final int STDOUT = 1;
  static final int STDERR = 2;

  private static final int EINTR = 4;
  private static final int EAGAIN = System.getProperty("os.name").startsWith("Mac") ? 35 : 11;
  private static final short POLLOUT = 4;
  private static final int O_WRONLY = 1;
  private static final int FOREVER_MILLIS = -1;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final MethodHandle DUP = handle("dup", FunctionDescriptor.of(INT, INT));
  private static final MethodHandle DUP2 = handle("dup2", FunctionDescriptor.of(INT, INT, INT));
  private static final MethodHandle PIPE =
      handle("pipe", FunctionDescriptor.of(INT, ValueLayout.ADDRESS));
  private static final MethodHandle OPEN =
      handle(
          "open",
          FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(INT, INT));
  private static final MethodHandle READ =
      handle("read", FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, LONG));
  private static final MethodHandle WRITE =
      handle("write", FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, LONG));
  // nfds_t is 64 bits on Linux and 32 on macOS; both take a small number in one register.
  private static final MethodHandle POLL =
      handle("poll", FunctionDescriptor.of(INT, ValueLayout.ADDRESS, LONG, INT));

  private Posix() {}

  /** A pipe's two ends. */
  record Pipe(int readEnd, int writeEnd) {}

  /** Links the calls, which the first of them would do otherwise. */
  static void link() {
    // Initialises the class.
  }

  /** Another descriptor of the same open file. */
  static int dup(int descriptor) throws IOException {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(STATE);
      return (int) check("dup", state, (int) DUP.invokeExact(state, descriptor));
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /** Makes {@code replaced} a descriptor of the open file of {@code descriptor}. */
  static void dup2(int descriptor, int replaced) throws IOException {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(STATE);
      check("dup2", state, (int) DUP2.invokeExact(state, descriptor, replaced));
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  static int openForWriting(String path) throws IOException {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(STATE);
      return (int)
          check("open", state, (int) OPEN.invokeExact(state, arena.allocateFrom(path), O_WRONLY));
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  static Pipe pipe() throws IOException {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(STATE);
      var ends = arena.allocate(INT, 2);
      check("pipe", state, (int) PIPE.invokeExact(state, ends));
      return new Pipe(ends.getAtIndex(INT, 0), ends.getAtIndex(INT, 1));
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  static void close(int descriptor) throws IOException {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(STATE);
      check("close", state, (int) CLOSE.invokeExact(state, descriptor));
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /**
   * Reads what is there, waiting for the first byte.
   *
   * @param buffer off-heap
   * @return how many bytes were read; 0 at the end
   */
  static int read(int descriptor, MemorySegment buffer) throws IOException {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(STATE);
      while (true) {
        var count = (long) READ.invokeExact(state, descriptor, buffer, buffer.byteSize());
        if (count >= 0 || errno(state) != EINTR) {
          return (int) check("read", state, count);
        }
      }
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /** Writes all bytes, with one call where the system takes them at once. */
  static void write(int descriptor, byte[] bytes, int offset, int length) throws IOException {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(STATE);
      var buffer = arena.allocate(Math.max(length, 1));
      MemorySegment.copy(bytes, offset, buffer, ValueLayout.JAVA_BYTE, 0, length);
      long written = 0;
      while (written < length) {
        var rest = buffer.asSlice(written);
        var count = (long) WRITE.invokeExact(state, descriptor, rest, length - written);
        if (count >= 0) {
          written += count;
        } else if (errno(state) == EAGAIN) {
          awaitWritable(descriptor, arena, state);
        } else if (errno(state) != EINTR) {
          check("write", state, count);
        }
      }
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /** A client that shares its end with others may have made it non-blocking. */
  private static void awaitWritable(int descriptor, Arena arena, MemorySegment state)
      throws Throwable {
    var watched = arena.allocate(8, 4); // struct pollfd {int fd; short events; short revents;}
    watched.set(INT, 0, descriptor);
    watched.set(ValueLayout.JAVA_SHORT, 4, POLLOUT);
    var count = (int) POLL.invokeExact(state, watched, 1L, FOREVER_MILLIS);
    if (count < 0 && errno(state) != EINTR) {
      check("poll", state, count);
    }
  }

  private static long check(String call, MemorySegment state, long result) throws IOException {
    if (result < 0) {
      throw new IOException("%s failed with errno %d".formatted(call, errno(state)));
    }
    return result;
  }

  private static int errno(MemorySegment state) {
    return (int) ERRNO.get(state, 0L);
  }

  private static MethodHandle handle(String name, FunctionDescriptor type, Linker.Option... more) {
    var options = Arrays.copyOf(more, more.length + 1);
    options[more.length] = Linker.Option.captureCallState("errno");
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, options);
  }

  private static IOException rethrown(Throwable e) {
    return switch (e) {
      case IOException io -> io;
      case RuntimeException unchecked -> throw unchecked;
      case Error error -> throw error;
      default -> throw new IllegalStateException("a native call throws nothing checked", e);
    };
  }
}
