package dev.codeintel.git;

import dev.codeintel.config.Limits;
import dev.codeintel.ops.CodeintelException;
import dev.codeintel.ops.ErrorCode;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;

/** Finds where lines of a file come from, in a commit or on disk. Belongs to one thread. */
final class LineSources {

  private final String path;
  private final AskedLines asked;
  private final Objects objects;
  private final BlameCache cache;
  private final Set<ObjectId> ignored;
  private final Texts texts;

  private boolean gaveUp;

  /**
   * @param path of the file, as the answer and its errors name it
   * @param ignored revisions that are not blamed for lines that can be found before them
   */
  LineSources(
      String path, AskedLines asked, Objects objects, BlameCache cache, Set<ObjectId> ignored) {
    this.path = path;
    this.asked = asked;
    this.objects = objects;
    this.cache = cache;
    this.ignored = ignored;
    this.texts = new Texts(objects);
  }

  /**
   * Where the lines that were asked for come from.
   *
   * @param gaveUp whether some may be older than was found, see {@link Blamer#gaveUp()}
   */
  record Answer(List<Source> sources, LineRange lines, int totalLines, boolean gaveUp) {}

  /**
   * A line of a commit's file.
   *
   * @param commit zero when it is not committed yet
   * @param line from 0
   */
  record Source(ObjectId commit, String path, int line) {}

  /**
   * Blames a file as a commit has it.
   *
   * @throws CodeintelException {@code file-too-large}, {@code binary-file}, {@code
   *     invalid-argument}
   */
  Answer at(Origin file) throws IOException {
    var lines = texts.of(file.blob()).orElseThrow(() -> tooLong(path));
    if (Texts.isBinary(lines)) {
      throw binary(path);
    }
    var range = asked.within(path, lines.count());
    var sources = new Source[lines.count()];
    fill(sources, range.spans(), file);
    return answer(sources, range);
  }

  /**
   * Blames a file as it lies on disk.
   *
   * @param bytes in the form in which git would store them
   * @param parents the versions in the commits that a commit of the work tree would follow
   */
  Answer inWorkTree(byte[] bytes, List<Origin> parents) throws IOException {
    var lines = Texts.lines(bytes, TextLines.NONE).orElseThrow(() -> tooLong(path));
    var range = asked.within(path, lines.count());
    var sources = new Source[lines.count()];
    var left = range.spans();
    for (var parent : theSameElseAll(bytes, parents)) {
      var older = texts.of(parent.blob());
      gaveUp |= older.isEmpty();
      if (older.isPresent()) {
        var hunks = LineDiff.hunks(older.get(), lines, objects.cancel());
        var split = Span.Split.by(hunks, left);
        fill(sources, split.older(), parent);
        left = split.own();
      }
    }
    for (var span : left) {
      for (var i = 0; i < span.count(); i++) {
        sources[span.line() + i] = new Source(ObjectId.zeroId(), path, span.source() + i);
      }
    }
    return answer(sources, range);
  }

  /** A parent that has exactly this content answers for all of it. */
  private static List<Origin> theSameElseAll(byte[] bytes, List<Origin> parents) {
    try (var formatter = new ObjectInserter.Formatter()) {
      var id = formatter.idFor(Constants.OBJ_BLOB, bytes);
      return parents.stream()
          .filter(parent -> parent.blob().equals(id))
          .findFirst()
          .map(List::of)
          .orElse(parents);
    }
  }

  /** Fills in where lines come from that a version of the file has. */
  private void fill(Source[] sources, List<Span> spans, Origin version) throws IOException {
    if (spans.isEmpty()) {
      return;
    }
    var wanted = new BitSet();
    spans.forEach(span -> wanted.set(span.source(), span.sourceEnd()));
    var found = new Source[wanted.length()];
    var lines = texts.of(version.blob()).map(TextLines::count).orElseThrow();
    var blamer = new Blamer(objects, texts, cache, ignored);
    for (var region : blamer.blame(version, lines, wanted)) {
      for (var i = 0; i < region.count(); i++) {
        found[region.start() + i] =
            new Source(region.commit(), region.path(), region.sourceStart() + i);
      }
    }
    gaveUp |= blamer.gaveUp();
    for (var span : spans) {
      System.arraycopy(found, span.source(), sources, span.line(), span.count());
    }
  }

  private Answer answer(Source[] sources, LineRange range) {
    return new Answer(
        List.of(Arrays.copyOfRange(sources, range.first() - 1, range.last())),
        range,
        sources.length,
        gaveUp);
  }

  private static CodeintelException tooLong(String path) {
    return new CodeintelException(
        ErrorCode.FILE_TOO_LARGE,
        "%s has more than %,d bytes or %,d lines. Only smaller files are blamed. Use file_history."
            .formatted(path, Limits.BLOB_BYTES_MAX, Limits.BLOB_LINES_MAX));
  }

  static CodeintelException binary(String path) {
    return new CodeintelException(
        ErrorCode.BINARY_FILE, path + " is binary: it has no lines. Use file_history.");
  }
}
