package dev.codeintel.tool;

import java.util.List;
import java.util.Optional;
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
    call.cancel().check();
    var open = backend();
    open.touch();
    return tool.call(open, arguments, call);
  }

  synchronized Backend backend() {
    if (closed) {
      throw new IllegalStateException("the toolbox is closed");
    }
    if (backend.isEmpty()) {
      backend = Optional.of(opener.get());
    }
    return backend.get();
  }

  /** Closes the backend where a call has opened it; no call may follow. */
  @Override
  public synchronized void close() {
    closed = true;
    backend.ifPresent(Backend::close);
    backend = Optional.empty();
  }
}
