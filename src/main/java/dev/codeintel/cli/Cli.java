package dev.codeintel.cli;

import dev.codeintel.config.Settings;
import dev.codeintel.mcp.Dispatcher;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.LogLevel;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The command line as a whole: which commands there are, and what becomes of their errors. */
@Command(
    name = "codeintel",
    description =
        "A fast, truthful view of a repository for coding agents: semantic and lexical search over MCP.",
    mixinStandardHelpOptions = true,
    versionProvider = Cli.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      IndexCommand.class,
      SearchCommand.class,
      ServeCommand.class,
      StdioCommand.class,
      StatusCommand.class,
      VerifyCommand.class,
      DoctorCommand.class
    },
    footer = {
      "",
      "Exit codes: 0 done; 1 failed; 2 wrong usage; 3 nothing found; 4 index missing or damaged;",
      "5 embedding model unavailable; 130 interrupted.",
      "",
      "Try: codeintel search \"where are passwords hashed\""
    })
public final class Cli implements Runnable {

  private static final Duration LAST_LOG_LINES = Duration.ofMillis(500);

  @Mixin Options options;

  private CommandLine.Model.CommandSpec spec;
  private Settings settings;

  /** Runs a command line and gives its exit code. Prints; does not exit. */
  public static int run(String... arguments) {
    // Source code is rarely ASCII, and the locale of a service or a container mostly is.
    System.setOut(new PrintStream(System.out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(System.err, true, StandardCharsets.UTF_8));
    var line = commandLine();
    line.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    try {
      return line.execute(arguments);
    } finally {
      Log.flush(LAST_LOG_LINES);
    }
  }

  static CommandLine commandLine() {
    var cli = new Cli();
    var line = new CommandLine(cli);
    cli.spec = line.getCommandSpec();
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionStrategy(cli::execute);
    line.setExecutionExceptionHandler(cli::explain);
    line.setParameterExceptionHandler(Cli::correct);
    return line;
  }

  /** One sentence for wrong usage; the whole usage only where no command was named. */
  private static int correct(ParameterException error, String[] arguments) {
    var line = error.getCommandLine();
    // A missing parameter is reported before the unknown option that took its place.
    var message =
        line.getUnmatchedArguments().stream()
            .filter(argument -> argument.startsWith("-"))
            .findFirst()
            .map("Unknown option: '%s'"::formatted)
            .orElse(error.getMessage());
    line.getErr()
        .printf(
            "codeintel: %s (see %s --help)%n", message, line.getCommandSpec().qualifiedName(" "));
    if (line.getParent() == null) {
      line.usage(line.getErr());
    }
    return ExitCode.USAGE;
  }

  private int execute(ParseResult parsed) {
    var help = CommandLine.executeHelpRequest(parsed);
    if (help != null) {
      return help;
    }
    var usual = options.verbose ? LogLevel.DEBUG : LogLevel.WARNING;
    Log.configure(usual, false, System.err);
    try {
      settings = Settings.load(options.config(), System.getenv());
    } catch (CodeintelException e) {
      // Otherwise it would pass by the handler that turns errors into a sentence and an exit code.
      throw new CommandLine.ExecutionException(spec.commandLine(), e.getMessage(), e);
    }
    Log.configure(
        options.verbose ? usual : settings.logLevel().orElse(usual),
        settings.logJson(),
        System.err);
    return new CommandLine.RunLast().execute(parsed);
  }

  private int explain(Exception error, CommandLine line, ParseResult parsed) {
    line.getErr()
        .println("codeintel: " + (error.getMessage() == null ? error : error.getMessage()));
    if (options.verbose) {
      error.printStackTrace(line.getErr());
    }
    return error instanceof CodeintelException known ? ExitCode.of(known.code()) : ExitCode.FAILED;
  }

  Settings settings() {
    return settings;
  }

  boolean verbose() {
    return options.verbose;
  }

  boolean quiet() {
    return options.quiet;
  }

  /** Without a command: says what there is. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command.");
  }

  /** The jar's version. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"codeintel " + Dispatcher.version()};
    }
  }
}
