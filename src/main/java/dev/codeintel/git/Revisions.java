package dev.codeintel.git;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import java.io.File;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.AbbreviatedObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;

/**
 * Finds the commit that a revision names: a branch, a tag, an id or the first digits of one, and
 * steps back from there such as {@code ~3} and {@code ^2}. JGit's own parser is not used: it reads
 * the index, the log of refs and the configuration for some, and files for others. Belongs to one
 * thread.
 */
final class Revisions {

  private static final Pattern REVISION =
      Pattern.compile("(?<base>[^~^]+)(?<steps>(?:~[0-9]{0,9}|\\^(?:[0-9]{0,9}|\\{[a-z]*\\}))*)");
  private static final Pattern STEP = Pattern.compile("([~^])(?:([0-9]+)|\\{([a-z]*)\\})?");
  private static final Pattern DESCRIBED = Pattern.compile(".+-[0-9]+-g([0-9a-fA-F]{4,40})");
  private static final Pattern DIGITS = Pattern.compile("[0-9a-fA-F]{4,40}");
  private static final List<String> PLACES =
      List.of("", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/");
  private static final int SHOWN_CHARS_MAX = 80;
  private static final int SHOWN_IDS_MAX = 5;

  private final Repository repository;
  private final Objects objects;
  private final String revision;

  private Revisions(Repository repository, Objects objects, String revision) {
    this.repository = repository;
    this.objects = objects;
    this.revision = revision;
  }

  /**
   * @return the commit; empty only for {@code HEAD} before the first one
   * @throws CodeintelException {@code revision-not-found} where it names nothing, several, or
   *     something else than a commit
   */
  static Optional<ObjectId> resolve(Repository repository, Objects objects, String revision)
      throws IOException {
    return new Revisions(repository, objects, revision).resolve();
  }

  private Optional<ObjectId> resolve() throws IOException {
    var parts = REVISION.matcher(revision);
    if (revision.length() > Limits.REVISION_CHARS_MAX || !parts.matches()) {
      throw notFound("is not the name of one commit");
    }
    var base = parts.group("base").equals("@") ? Constants.HEAD : parts.group("base");
    if (!Repository.isValidRefName(Constants.R_HEADS + base) || !isFileName(base)) {
      throw notFound("is not the name of one commit");
    }
    try (var walk = new RevWalk(repository)) {
      var named = ref(base);
      if (named.isEmpty() && isUnborn(base)) {
        return Optional.empty();
      }
      var id = named.isPresent() ? named.get() : abbreviated(walk, base);
      try {
        return Optional.of(walked(commit(walk, id), parts.group("steps")));
      } catch (MissingObjectException e) {
        if (ObjectId.isId(base)) {
          throw notFound("is not in this clone");
        }
        throw e; // a ref that leads to nothing is damage
      }
    }
  }

  /** JGit looks for refs on the disk, and what no file can be called is a failure to it. */
  private static boolean isFileName(String name) {
    try {
      return !Path.of(name).isAbsolute();
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /** What git finds under a name: an id of 40 digits comes before all refs. */
  private Optional<ObjectId> ref(String name) throws IOException {
    if (ObjectId.isId(name)) {
      return Optional.of(ObjectId.fromString(name));
    }
    for (var place : PLACES) {
      var found = exactRef(place + name);
      if (found.isPresent()) {
        return found;
      }
    }
    return exactRef(Constants.R_REMOTES + name + "/" + Constants.HEAD);
  }

  private Optional<ObjectId> exactRef(String name) throws IOException {
    Ref ref;
    try {
      ref = repository.exactRef(name);
    } catch (IOException e) {
      if (name.startsWith(Constants.R_REFS)) {
        throw e; // a ref that cannot be read is no missing one
      }
      return Optional.empty(); // a file of git's folder that is no ref, such as config
    }
    refuseEmpty(ref == null ? name : ref.getLeaf().getName());
    return ref == null ? Optional.empty() : Optional.ofNullable(ref.getObjectId());
  }

  /**
   * A power failure leaves files empty. JGit takes an older value of such a branch, out of packed
   * refs, or thinks that it has no commit yet.
   */
  private void refuseEmpty(String name) throws IOException {
    for (var folder : List.of(repository.getDirectory(), repository.getCommonDirectory())) {
      var file = new File(folder, name);
      if (name.startsWith(Constants.R_REFS) && file.isFile() && file.length() == 0) {
        throw new IOException(file + " is empty");
      }
    }
  }

  private boolean isUnborn(String name) throws IOException {
    return name.equals(Constants.HEAD) && repository.exactRef(Constants.HEAD) != null;
  }

  private ObjectId abbreviated(RevWalk walk, String name) throws IOException {
    var described = DESCRIBED.matcher(name);
    var digits = described.matches() ? described.group(1) : name;
    if (!DIGITS.matcher(digits).matches()) {
      throw notFound("is not known");
    }
    var commits = new ArrayList<ObjectId>();
    for (var id : walk.getObjectReader().resolve(AbbreviatedObjectId.fromString(digits))) {
      objects.cancel().check();
      if (walk.peel(walk.parseAny(id)).getType() == Constants.OBJ_COMMIT) {
        commits.add(id);
      }
    }
    if (commits.isEmpty()) {
      throw notFound("is not known");
    }
    if (commits.size() > 1) {
      var names =
          commits.stream()
              .sorted()
              .limit(SHOWN_IDS_MAX)
              .map(ObjectId::name)
              .collect(Collectors.joining(", "));
      throw notFound("begins the ids of %d commits (%s)".formatted(commits.size(), names));
    }
    return commits.getFirst();
  }

  private ObjectId commit(RevWalk walk, ObjectId id) throws IOException {
    try {
      return walk.parseCommit(id).copy();
    } catch (IncorrectObjectTypeException e) {
      throw notFound("is no commit");
    }
  }

  private ObjectId walked(ObjectId from, String steps) throws IOException {
    var at = from;
    var step = STEP.matcher(steps);
    while (step.find()) {
      if (step.group(3) != null) {
        if (!step.group(3).isEmpty() && !step.group(3).equals(Constants.TYPE_COMMIT)) {
          throw notFound("is no commit");
        }
        continue; // what is left of a tag already is its commit
      }
      var count = step.group(2) == null ? 1 : Integer.parseInt(step.group(2));
      at = step.group(1).equals("~") ? ancestor(at, count) : count == 0 ? at : parent(at, count);
    }
    return at;
  }

  private ObjectId ancestor(ObjectId from, int generations) throws IOException {
    var at = from;
    for (var done = 0; done < generations; done++) {
      objects.cancel().check();
      at = parent(at, 1);
    }
    return at;
  }

  private ObjectId parent(ObjectId of, int number) throws IOException {
    var parents = objects.commit(of).parents();
    if (number > parents.size()) {
      throw notFound(
          "asks for parent %d of %s, which has %d".formatted(number, of.name(), parents.size()));
    }
    return parents.get(number - 1);
  }

  private CodeintelException notFound(String why) {
    return new CodeintelException(
        ErrorCode.REVISION_NOT_FOUND,
        "Revision '%s' %s. Give a branch, a tag, HEAD~2, or an id of 4 to 40 digits."
            .formatted(shown(), why));
  }

  private String shown() {
    var text =
        revision.length() <= SHOWN_CHARS_MAX
            ? revision
            : revision.substring(0, SHOWN_CHARS_MAX) + "...";
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
