package dev.codeintel.repo;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.FS_POSIX;
import org.eclipse.jgit.util.ProcessResult;
import org.eclipse.jgit.util.SystemReader;

/**
 * JGit without its hands. As it comes, it starts {@code git} to find the system's configuration,
 * writes a probe file into {@code .git} to measure the clock of the disk, saves what it measured in
 * the home folder, and obeys the repository's configuration. Here all configuration is in memory
 * and empty, the clock's resolution is given, and no program can be started.
 */
final class SealedGit {

  /** JGit's own fallback: right for every file system, at the price of some reading twice. */
  private static final long TIMESTAMP_RESOLUTION_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final long RACY_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private static boolean installed;

  private SealedGit() {}

  /** Where JGit reads whatever it finds. */
  private static final List<String> READ_PLACES = List.of("HEAD", "packed-refs", "refs", "objects");

  /** Opens the objects and refs of a repository. The caller closes it. */
  static Repository open(GitFolder git, Path root) throws IOException {
    install();
    for (var place : READ_PLACES) {
      refusePipes(git.commonDirectory().resolve(place));
      if (!git.gitDirectory().equals(git.commonDirectory())) {
        refusePipes(git.gitDirectory().resolve(place));
      }
    }
    return new FileRepositoryBuilder()
        .setFS(new SealedFiles())
        .setGitDir(git.gitDirectory().toFile())
        .setGitCommonDir(git.commonDirectory().toFile())
        .setObjectDirectory(git.commonDirectory().resolve("objects").toFile())
        .setIndexFile(git.gitDirectory().resolve("index").toFile())
        .setWorkTree(root.toFile())
        .build();
  }

  /**
   * A pipe in the place of a file would hold whoever opens it for ever, and the server's end too.
   */
  private static void refusePipes(Path place) throws IOException {
    if (!Files.exists(place)) {
      return;
    }
    Files.walkFileTree(
        place.toRealPath(),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (attributes.isOther() || attributes.isSymbolicLink() && leadsToOther(file)) {
              throw new IOException(file + " is a pipe or a device; remove it");
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE; // gone meanwhile, or JGit will say what it lacks
          }
        });
  }

  private static boolean leadsToOther(Path link) throws IOException {
    return Files.exists(link) && Files.readAttributes(link, BasicFileAttributes.class).isOther();
  }

  /** JGit keeps one reader of the system for the whole process; it must be ours from the start. */
  static synchronized void install() {
    if (!installed) {
      SystemReader.setInstance(new SealedSystem(SystemReader.getInstance()));
      FS.DETECTED.setGitSystemConfig(null);
      GitTuning.forHeap(Runtime.getRuntime().maxMemory()).install();
      installed = true;
    }
  }

  private static final class SealedSystem extends SystemReader.Delegate {

    SealedSystem(SystemReader delegate) {
      super(delegate);
    }

    @Override
    public String getHostname() {
      return "localhost"; // the real one may ask the network
    }

    @Override
    public FileBasedConfig openSystemConfig(Config parent, FS fs) {
      return new MemoryConfig(parent, fs);
    }

    @Override
    public FileBasedConfig openUserConfig(Config parent, FS fs) {
      return new MemoryConfig(parent, fs);
    }

    @Override
    public FileBasedConfig openJGitConfig(Config parent, FS fs) {
      return new MemoryConfig(parent, fs);
    }
  }

  /** Never read, never saved; knows how fine the clock of every disk is. */
  private static final class MemoryConfig extends FileBasedConfig {

    MemoryConfig(Config parent, FS fs) {
      super(parent, null, fs);
    }

    @Override
    public void load() {
      // nothing is there
    }

    @Override
    public void save() {
      // nothing is kept
    }

    @Override
    public boolean isOutdated() {
      return false;
    }

    @Override
    public long getTimeUnit(
        String section, String subsection, String name, long defaultValue, TimeUnit wantUnit) {
      if (section.equals(ConfigConstants.CONFIG_FILESYSTEM_SECTION)) {
        return wantUnit.convert(
            name.equals(ConfigConstants.CONFIG_KEY_TIMESTAMP_RESOLUTION)
                ? TIMESTAMP_RESOLUTION_NANOS
                : RACY_INTERVAL_NANOS,
            TimeUnit.NANOSECONDS);
      }
      return super.getTimeUnit(section, subsection, name, defaultValue, wantUnit);
    }

    @Override
    public String toString() {
      return "MemoryConfig[]";
    }
  }

  /** Files only: no hooks, no shell, no git, and no configuration of the repository. */
  private static final class SealedFiles extends FS_POSIX {

    @Override
    public FS newInstance() {
      return new SealedFiles();
    }

    @Override
    public File resolve(File folder, String name) {
      // Below a file nothing can lie, so that JGit finds no configuration, and hence no includes.
      return name.equals(Constants.CONFIG)
          ? new File(new File(folder, Constants.HEAD), name)
          : super.resolve(folder, name);
    }

    @Override
    protected File discoverGitExe() {
      return null;
    }

    @Override
    protected File discoverGitSystemConfig() {
      return null;
    }

    @Override
    public File findHook(Repository repository, String hookName) {
      return null;
    }

    @Override
    public ProcessResult runHookIfPresent(
        Repository repository,
        String hookName,
        String[] arguments,
        OutputStream output,
        OutputStream errors,
        String input) {
      return new ProcessResult(ProcessResult.Status.NOT_PRESENT);
    }

    @Override
    public ProcessBuilder runInShell(String command, String[] arguments) {
      throw new UnsupportedOperationException("No program is started: " + command);
    }
  }
}
