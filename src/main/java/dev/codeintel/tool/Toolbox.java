package dev.codeintel.tool;

import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The tools of this server in their fixed order, and the one backend behind them. The backend is
 * opened by the first call: a client that only asks which tools there are must not cost a look at
 * the repository. Safe for use by any thread.
 */
public final class Toolbox implements AutoCloseable {

  private final List<Tool> tools;
  private final Supplier<? extends Backend> opener;

  private Optional<Backend> backend = Optional.empty();
  private boolean closed;

  /** The tokens of what is at the backend now. */
  private final Map<Object, CancelToken> uses = new HashMap<>();

  /**
   * @param opener opens the backend; asked again by the next call when it throws
   */
  public Toolbox(List<? extends Tool> tools, Supplier<? extends Backend> opener) {
    this.tools = List.copyOf(tools);
    this.opener = opener;
  }

  public List<ToolDefinition> definitions() {
    return tools.stream().map(Tool::definition).toList();
  }

  public Optional<Tool> find(String name) {
    return tools.stream().filter(tool -> tool.definition().name().equals(name)).findFirst();
  }

  /** Runs a tool over the backend, which learns that somebody is using it. */
  public Result call(Tool tool, Arguments arguments, Call call) {
    return use(
        call.cancel(),
        open -> {
          open.touch();
          return tool.call(open, arguments, call);
        });
  }

  /**
   * Does something with the backend, which stays open until then.
   *
   * @param cancel cancelled when the toolbox is closed
   * @throws CodeintelException {@code cancelled} when it was closed, {@code timeout}, and what the
   *     opener throws
   */
  <T> T use(CancelToken cancel, Function<Backend, T> work) {
    cancel.check(); // it may have waited for too long
    var use = new Object();
    var open = begin(use, cancel);
    try {
      return work.apply(open);
    } finally {
      end(use);
    }
  }

  private synchronized Backend begin(Object use, CancelToken cancel) {
    if (closed) {
      throw new CodeintelException(ErrorCode.CANCELLED, "The server is being stopped.");
    }
    if (backend.isEmpty()) {
      backend = Optional.of(opener.get());
    }
    uses.put(use, cancel);
    return backend.get();
  }

  private synchronized void end(Object use) {
    uses.remove(use);
    notifyAll();
  }

  /**
   * Cancels the calls that are running, waits for them, and closes the backend where there is one.
   * What comes later is refused. Closing twice does nothing more.
   */
  @Override
  public synchronized void close() {
    closed = true;
    uses.values().forEach(CancelToken::cancel);
    try {
      while (!uses.isEmpty()) {
        wait();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the end", e);
    }
    backend.ifPresent(Backend::close);
    backend = Optional.empty();
  }
}
