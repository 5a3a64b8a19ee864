package dev.codeintel.cli;

import dev.codeintel.config.Settings;
import dev.codeintel.mcp.Dispatcher;
import dev.codeintel.mcp.Json;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.LogLevel;
import dev.codeintel.tool.CodeIntel;
import dev.codeintel.tool.Toolbox;
import dev.codeintel.tool.Tools;
import dev.codeintel.transport.StandardStreams;
import dev.codeintel.transport.StdioServer;
import java.io.FileDescriptor;
import java.io.FileOutputStream;

/** Serves one client over stdin and stdout until it goes. */
final class StdioServing {

  /** The launcher says so when it has the VM speak on stderr. */
  private static final String VM_ON_STDERR = "codeintel.vm.stderr";

  private StdioServing() {}

  static int run(Settings settings, Repository repository) {
    Thread.ofPlatform().daemon().name("json").start(Json::warmUp);
    var streams =
        StandardStreams.take(
            new FileOutputStream(FileDescriptor.out), Boolean.getBoolean(VM_ON_STDERR));
    Log.configure(settings.logLevel().orElse(LogLevel.WARNING), settings.logJson(), streams.err());
    var toolbox = new Toolbox(Tools.all(), () -> open(settings, repository, streams));
    // Also on SIGTERM: ends a run in the background, whose work so far is kept. Closing twice is no
    // error.
    Shutdown.closing(toolbox::close);
    new StdioServer(new Dispatcher(toolbox, settings.queryTimeout()), streams).run();
    return ExitCode.DONE;
  }

  private static CodeIntel open(Settings settings, Repository repository, StandardStreams streams) {
    streams.seal().run();
    return new CodeIntel(settings, () -> repository.open(settings));
  }
}
