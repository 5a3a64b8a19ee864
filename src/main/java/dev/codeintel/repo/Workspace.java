package dev.codeintel.repo;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CancelToken;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.Log;
import dev.codeintel.ops.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.eclipse.jgit.lib.Repository;

/**
 * The work tree that the tools look at. All reading of its files goes through here; nothing is ever
 * written into it, no program is started; of its configuration only values count, which say what
 * bytes are the same and which revisions blame looks through. Safe for use by any thread.
 */
public final class Workspace implements AutoCloseable {

  private static final String MAILMAP = ".mailmap";

  private final RootFolder root;
  private final Optional<GitFolder> git;
  private final boolean bare;
  private final Map<String, String> environment;
  private final IgnoreRules ignoreRules;
  private final Optional<HistoryShape.Reader> historyShape;

  private Repository repository;
  private boolean closed;

  private Workspace(
      Path root, Optional<GitFolder> git, boolean bare, Map<String, String> environment) {
    this.root = new RootFolder(root);
    this.git = git;
    this.bare = bare;
    this.environment = environment;
    this.historyShape = git.map(HistoryShape.Reader::new);
    var common = new ArrayList<Path>();
    git.ifPresent(folder -> common.add(folder.commonDirectory().resolve("info/exclude")));
    UserGitConfig.read(environment).map(UserGitConfig::excludes).ifPresent(common::add);
    this.ignoreRules = new IgnoreRules(this.root, List.copyOf(common));
  }

  /**
   * Finds the work tree around a folder: the nearest folder upwards that git would call one, linked
   * work trees and submodules included. Outside git, the folder itself; in a bare repository its
   * top folder, which then has no files to show (see {@link #isBare()}).
   *
   * @throws CodeintelException {@code not-a-directory} when there is no such folder
   */
  public static Workspace open(Path anyFolderInside) {
    return open(anyFolderInside, System.getenv());
  }

  static Workspace open(Path anyFolderInside, Map<String, String> environment) {
    Path folder;
    try {
      folder = anyFolderInside.toRealPath();
    } catch (IOException e) {
      throw new CodeintelException(
          ErrorCode.NOT_A_DIRECTORY,
          "%s cannot be opened (%s). Set REPO_ROOT to a folder of the repository."
              .formatted(anyFolderInside, e.getClass().getSimpleName()),
          e);
    }
    if (!Files.isDirectory(folder)) {
      throw new CodeintelException(
          ErrorCode.NOT_A_DIRECTORY,
          "%s is a file. Set REPO_ROOT to a folder of the repository.".formatted(folder));
    }
    for (var at = folder; at != null; at = at.getParent()) {
      var git = GitFolder.of(at);
      if (git.isPresent()) {
        return new Workspace(at, git, false, environment);
      }
    }
    for (var at = folder; at != null; at = at.getParent()) {
      if (GitFolder.isOne(at)) {
        return new Workspace(at, Optional.empty(), true, environment);
      }
    }
    return new Workspace(folder, Optional.empty(), false, environment);
  }

  /** The top folder, as a real path. */
  public Path root() {
    return root.path();
  }

  RootFolder rootFolder() {
    return root;
  }

  public boolean isGit() {
    return git.isPresent();
  }

  /**
   * Whether this is a bare repository: git's own folder with no work tree around it. Nothing is
   * listed or read in it, as in every other folder that is git's own, and it counts as no git.
   */
  public boolean isBare() {
    return bare;
  }

  /** The git folder of this work tree; differs from the common one in linked work trees. */
  public Optional<Path> gitDirectory() {
    return git.map(GitFolder::gitDirectory);
  }

  /** The git folder that all work trees of the repository share. */
  public Optional<Path> commonDirectory() {
    return git.map(GitFolder::commonDirectory);
  }

  /** Names the repository, the same for all its work trees: 16 hex digits. */
  public String repositoryId() {
    return id(commonDirectory().orElse(root.path()));
  }

  /** Names this work tree: 16 hex digits. */
  public String viewId() {
    return id(root.path());
  }

  /** The commit that is checked out, 40 hex digits; empty before the first, and outside git. */
  public Optional<String> headCommit() {
    return git.flatMap(GitFolder::headCommit);
  }

  /** The commits that are being merged into it, 40 hex digits; none outside of a merge. */
  public List<String> mergeHeads() {
    return git.map(GitFolder::mergeHeads).orElse(List.of());
  }

  /** How the history differs from what its commits say of themselves, as it is now. */
  public HistoryShape historyShape() {
    return historyShape.map(HistoryShape.Reader::read).orElse(HistoryShape.PLAIN);
  }

  /**
   * The commits that {@code blame.ignoreRevsFile} of the user or the repository tells blame to look
   * through. What the repository names must lie in the work tree.
   *
   * @return full names, 40 hex digits; they need not exist
   */
  public Set<String> ignoredRevisions() {
    return git.map(folder -> IgnoredRevisions.read(root, folder.config(), userGitConfig()))
        .orElse(Set.of());
  }

  /**
   * The bytes of {@code .mailmap} in the root. What {@code mailmap.file} or {@code mailmap.blob}
   * name is not read.
   *
   * @return empty where there is none, or a link: git does not follow it either
   */
  public Optional<byte[]> mailmap() {
    try {
      var bytes = root.bytes(MAILMAP, Limits.MAILMAP_BYTES_MAX);
      if (bytes.isEmpty() || bytes.get().length <= Limits.MAILMAP_BYTES_MAX) {
        return bytes;
      }
      Log.warning("Mailmap cut", "path", MAILMAP, "limit_bytes", Limits.MAILMAP_BYTES_MAX);
      var text = new String(bytes.get(), StandardCharsets.ISO_8859_1);
      return Optional.of(Arrays.copyOf(bytes.get(), text.lastIndexOf('\n') + 1));
    } catch (IOException e) {
      Log.warning("Mailmap not readable", "path", MAILMAP, "error", e.toString());
      return Optional.empty();
    }
  }

  /**
   * Whether git's index names a file. Reads the whole index.
   *
   * @param path relative to the root, in the form of {@link SourceFile#path()}
   */
  public Tracking tracking(String path, CancelToken cancel) {
    return git.map(
            folder ->
                TrackedFiles.tracking(
                    folder.gitDirectory().resolve("index"), folder.hashBytes(), path, cancel))
        .orElse(Tracking.UNTRACKED);
  }

  private Optional<UserGitConfig> userGitConfig() {
    return UserGitConfig.read(environment);
  }

  Optional<GitFolder> git() {
    return git;
  }

  /**
   * Lends JGit's view of the repository, opened at the first call and closed with this workspace.
   * It knows objects and refs only: no configuration of the repository, of the user or of the
   * system reaches it, and it can start no program. What only the work tree knows is read here.
   *
   * @return empty outside git, and where JGit cannot read it (SHA-256, reftable)
   */
  public synchronized Optional<Repository> repository() {
    if (closed) {
      throw new IllegalStateException("The workspace of " + root + " is closed.");
    }
    if (repository == null && git.isPresent() && git.get().readableByJGit()) {
      try {
        repository = SealedGit.open(git.get(), root.path());
      } catch (IOException e) {
        throw new CodeintelException(
            ErrorCode.GIT_OPERATION_FAILED,
            "The repository in %s cannot be opened (%s). Check it with 'git fsck'."
                .formatted(git.get().gitDirectory(), e.getMessage()),
            e);
      }
    }
    return Optional.ofNullable(repository);
  }

  public IgnoreRules ignoreRules() {
    return ignoreRules;
  }

  /**
   * Lists the files that git tracks or would track and that lie on disk, less what {@code
   * .codeintelignore} names, those apart that are not indexed.
   *
   * @throws CodeintelException {@code cancelled} or {@code timeout}
   */
  public FileListing list(CancelToken cancel, Progress progress) {
    return list(cancel, progress, Limits.FILES_MAX);
  }

  FileListing list(CancelToken cancel, Progress progress, int filesMax) {
    return list(cancel, progress, filesMax, _ -> {});
  }

  /**
   * Lists like {@link #list}, for somebody who begins with the first files before all are known.
   *
   * @param found hears of the files of each folder, on any thread, of several at once
   */
  FileListing list(CancelToken cancel, Consumer<List<SourceFile>> found) {
    return list(cancel, Progress.NONE, Limits.FILES_MAX, found);
  }

  private FileListing list(
      CancelToken cancel, Progress progress, int filesMax, Consumer<List<SourceFile>> found) {
    return bare
        ? new FileListing(List.of(), List.of(), Map.of(SkipReason.NESTED_REPOSITORY, 1))
        : new Walk(this, cancel, progress, filesMax, found).run();
  }

  /** Begins a search through the files of the listing; whoever asks does its work and closes it. */
  public TextScan scan(TextQuery query, CancelToken cancel) {
    return new TextScan(this, query, cancel);
  }

  /**
   * Checks a path that a tool was given, and finds what it names.
   *
   * @param relative relative to the root, parts joined by {@code /}; empty or {@code .} is the root
   * @return the real path of an existing file or folder inside the root
   * @throws CodeintelException {@code path-outside-repository}, {@code path-not-found}
   */
  public Path resolve(String relative) {
    requireWorkTree(relative);
    return root.resolve(relative);
  }

  private void requireWorkTree(String relative) {
    if (bare && !checked(relative).isEmpty()) {
      throw RootFolder.outside(relative, "lies in a bare git repository, which has no work tree");
    }
  }

  /**
   * Checks a path without looking at the disk, for files that only history knows.
   *
   * @return the path in the form of {@link SourceFile#path()}; empty for the root
   * @throws CodeintelException {@code path-outside-repository}
   */
  public static String checked(String relative) {
    return RootFolder.checked(relative);
  }

  /**
   * A file as it is now, for those who want to know whether it changed.
   *
   * @return empty when it is gone, or is a link, or a link leads to it
   */
  public Optional<SourceFile> look(String path) {
    try {
      var attributes = root.attributes(checked(path));
      return attributes.isRegularFile()
          ? Optional.of(sourceFile(path, attributes))
          : Optional.empty();
    } catch (IOException | InvalidPathException e) {
      return Optional.empty();
    }
  }

  /** Whether anything lies under a path, which may be one that no tool would take. */
  public boolean has(String path) {
    try {
      return Files.exists(root.path().resolve(path), LinkOption.NOFOLLOW_LINKS);
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /**
   * Opens a file for reading. Whether ignore rules allow it is the caller's question, to be asked
   * of {@link OpenedFile#path()}: a link inside the work tree is followed.
   *
   * @throws CodeintelException {@code path-outside-repository}, {@code path-not-found}, {@code
   *     not-a-file}
   */
  public OpenedFile open(String path) {
    requireWorkTree(path);
    return root.open(path);
  }

  /** Reads a file of a listing; see {@link #read(String)}. */
  public SourceText read(SourceFile file) {
    return read(file.path());
  }

  /**
   * Reads a file once, whole. Whether ignore rules allow it is the caller's question.
   *
   * @return its text; a binary file is one that says so
   * @throws CodeintelException {@code path-outside-repository}, {@code path-not-found}, {@code
   *     not-a-file}, {@code file-too-large}
   */
  public SourceText read(String path) {
    try (var file = open(path)) {
      return read(file, path);
    }
  }

  /**
   * Reads a file that is open, whole; it is not closed.
   *
   * @param asked its path for messages
   * @throws CodeintelException {@code path-not-found}, {@code file-too-large}
   */
  public SourceText read(OpenedFile file, String asked) {
    return SourceText.of(bytes(file, asked, Limits.FILE_BYTES_MAX));
  }

  /**
   * The text of a file that is open, which is read bit by bit and never kept whole: also for files
   * that {@link #read(OpenedFile, String)} refuses.
   *
   * @param asked its path for messages
   * @return to be asked by one thread, while the file is open; its methods throw what this does
   * @throws CodeintelException {@code path-not-found}, {@code file-too-large}, {@code cancelled},
   *     {@code timeout}
   */
  public FileText stream(OpenedFile file, String asked, CancelToken cancel) {
    if (file.attributes().size() > Limits.OPEN_FILE_BYTES_MAX) {
      throw tooLarge(asked, Limits.OPEN_FILE_BYTES_MAX);
    }
    return StreamedText.of(file, asked, cancel);
  }

  /**
   * Reads a file once, whole, and puts it into the form in which git would store it, without any
   * program. For comparison with what git stores; {@link #read(String)} is for those who look.
   *
   * @param stored what git stores now for the file that a path leads to, if anything; asked for at
   *     most once, and only where the answer decides about line ends
   * @throws CodeintelException {@code path-outside-repository}, {@code path-not-found}, {@code
   *     not-a-file}, {@code file-too-large}, {@code cancelled}, {@code timeout}
   */
  public WorkTreeFile readClean(
      String path, Function<String, Optional<byte[]>> stored, CancelToken cancel) {
    try (var file = open(path)) {
      var bytes = bytes(file, path, Limits.FILE_BYTES_MAX);
      var user = userGitConfig();
      var said =
          new Attributes(
                  root,
                  user.map(UserGitConfig::attributes),
                  git.map(folder -> folder.commonDirectory().resolve("info/attributes")))
              .of(file.path(), cancel);
      var clean = CleanText.of(said, autoCrlf(user)).clean(bytes, () -> stored.apply(file.path()));
      return new WorkTreeFile(file.path(), bytes, clean, CleanText.value(said, "filter"));
    }
  }

  private boolean autoCrlf(Optional<UserGitConfig> user) {
    return git.flatMap(folder -> autoCrlf(folder.config()))
        .or(() -> user.flatMap(known -> autoCrlf(known.values())))
        .orElse(false);
  }

  private static Optional<Boolean> autoCrlf(GitConfig config) {
    return config
        .value("core", "autocrlf")
        .filter("input"::equalsIgnoreCase)
        .map(input -> true)
        .or(() -> config.flag("core", "autocrlf"));
  }

  /**
   * The bytes of a file that is open; it is not closed.
   *
   * @param path for messages
   * @param most bytes that are read
   * @throws CodeintelException {@code path-not-found}, {@code file-too-large}
   */
  public static byte[] bytes(OpenedFile file, String path, long most) {
    if (file.attributes().size() > most) {
      throw tooLarge(path, most);
    }
    try {
      var bytes = file.read(most);
      if (bytes.length > most) {
        throw tooLarge(path, most);
      }
      return bytes;
    } catch (IOException e) {
      throw RootFolder.unreadable(path, e);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (repository != null) {
      repository.close();
      repository = null;
    }
  }

  static SourceFile sourceFile(String path, BasicFileAttributes attributes) {
    return new SourceFile(
        path,
        attributes.size(),
        attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS),
        Languages.of(path));
  }

  private static CodeintelException tooLarge(String path, long limit) {
    return new CodeintelException(
        ErrorCode.FILE_TOO_LARGE,
        "%s is larger than %,d bytes. Only smaller files are read.".formatted(path, limit));
  }

  private static String id(Path path) {
    try {
      var digest =
          MessageDigest.getInstance("SHA-256")
              .digest(path.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256.", e);
    }
  }
}
