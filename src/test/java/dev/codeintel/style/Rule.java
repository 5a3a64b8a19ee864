package dev.codeintel.style;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What this project does not do, each as something that can be found in a source. */
enum Rule {
  /** A stage that knows a later one cannot be read, tested or replaced without it. */
  DATA_GOES_ONE_WAY {
    @Override
    List<String> breaches(Source source) {
      var own = source.stage();
      if (own == null || !source.isMain()) {
        return List.of();
      }
      var breaches = new ArrayList<String>();
      var used = STAGE_USED.matcher(source.code());
      while (used.find()) {
        var stage = used.group(1);
        if (!Source.STAGES.contains(stage)) {
          breaches.add(source.at(used.start(), stage + " is no stage of the map"));
        } else if (Source.STAGES.indexOf(stage) > Source.STAGES.indexOf(own)) {
          breaches.add(source.at(used.start(), own + " must not know " + stage));
        }
      }
      return breaches;
    }
  },

  /** Generated bindings have no checks: one wrong argument ends the process. */
  ONLY_FAISS_SEES_THE_BINDINGS {
    @Override
    List<String> breaches(Source source) {
      return source.isJava() && !"faiss".equals(source.stage())
          ? source.found(BINDINGS, "only dev.codeintel.faiss may use the bindings")
          : List.of();
    }
  },

  /** Search and storage that know JSON end up shaped by a protocol. */
  JSON_STAYS_AT_THE_EDGES {
    @Override
    List<String> breaches(Source source) {
      return source.isMain() && !JSON_STAGES.contains(String.valueOf(source.stage()))
          ? source.found(JSON, "JSON is known to " + JSON_STAGES + " only")
          : List.of();
    }
  },

  /** One print on stdout ends an MCP session. */
  NOTHING_ON_STDOUT {
    @Override
    List<String> breaches(Source source) {
      return source.isMain() && !"cli".equals(source.stage()) && !source.isEntry()
          ? source.found(STDOUT, "only the command line writes to stdout; log instead")
          : List.of();
    }
  },

  /** What went wrong was never seen by anyone. */
  NO_EMPTY_CATCH {
    @Override
    List<String> breaches(Source source) {
      return source.isJava() ? source.found(EMPTY_CATCH, "an empty catch") : List.of();
    }
  },

  /** An interrupt inside JGit, Lucene or a FileChannel closes what others share. */
  NO_INTERRUPTS {
    @Override
    List<String> breaches(Source source) {
      return source.isJava() && !MAY_INTERRUPT.contains(source.path())
          ? source.found(INTERRUPTS, "interrupts a thread; cancel by a token")
          : List.of();
    }
  },

  /** A test that sleeps is slow on a fast machine and fails on a slow one. */
  NO_SLEEP {
    @Override
    List<String> breaches(Source source) {
      return source.isJava() ? source.found(SLEEP, "wait for what is awaited") : List.of();
    }
  },

  /** Notes to oneself belong where work is planned. */
  NOTHING_LEFT_TO_DO {
    @Override
    List<String> breaches(Source source) {
      return source.isOthers() ? List.of() : source.foundInText(LEFT_TO_DO, "left to do");
    }
  },

  /** A path of one developer's machine is of no use, and tells about it, everywhere else. */
  NO_PATHS_OF_A_MACHINE {
    @Override
    List<String> breaches(Source source) {
      return source.isOthers() ? List.of() : source.foundInText(MACHINE, "a path of one machine");
    }
  };

  private static final Pattern STAGE_USED = Pattern.compile("\\bdev\\.codeintel\\.([a-z]\\w*)");
  private static final Pattern BINDINGS = Pattern.compile("\\bdev\\.codeintel\\.faiss\\.capi\\b");
  private static final Pattern JSON = Pattern.compile("\\b(tools|com\\.fasterxml)\\.jackson\\b");
  private static final Set<String> JSON_STAGES = Set.of("mcp", "cli", "embed", "ops");
  private static final Pattern STDOUT =
      Pattern.compile(
          "\\bSystem\\s*\\.\\s*out\\b|\\bFileDescriptor\\.out\\b|printStackTrace\\(\\)");
  private static final Pattern EMPTY_CATCH =
      Pattern.compile("\\bcatch\\s*\\([^)]*\\)\\s*\\{\\s*\\}");
  private static final Pattern INTERRUPTS =
      Pattern.compile(
          "(?<!\\bcurrentThread\\(\\))\\s*\\.interrupt\\(\\)|\\bcancel\\(\\s*true\\b"
              + "|\\bshutdownNow\\(|\\bStructuredTaskScope\\b|\\binvokeAny\\(");
  private static final Pattern SLEEP = Pattern.compile("\\bThread\\.sleep\\(|\\.sleep\\(");
  private static final Pattern LEFT_TO_DO =
      Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");
  private static final Pattern MACHINE =
      Pattern.compile(
          "(?<![\\w.$}/-])(?<!\\w\")/(root|Users|work|home/(?!(user|me|you|someone)\\b)\\w+)/");

  /** Those that may interrupt: writers to sockets, under the writer's lock. */
  private static final Set<String> MAY_INTERRUPT =
      Set.of("src/main/java/dev/codeintel/transport/WriteGuard.java");

  abstract List<String> breaches(Source source);
}
