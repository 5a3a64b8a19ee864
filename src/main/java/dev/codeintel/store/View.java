package dev.codeintel.store;

import dev.codeintel.ops.ErrorCode;
import dev.codeintel.ops.Log;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexCommit;
import org.apache.lucene.index.IndexDeletionPolicy;
import org.apache.lucene.index.IndexNotFoundException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.IndexWriterConfig.OpenMode;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.LockObtainFailedException;

/**
 * A work tree's index: one document a chunk and one a file, in Lucene. Its commit is the one truth
 * of what a reader may believe; the last two commits are kept. Safe for use by any thread and by
 * many processes; one of them may write.
 */
public final class View implements AutoCloseable {

  private static final int COMMITS_KEPT = 2;
  private static final double WRITE_BUFFER_MEGABYTES = 48;
  private static final Pattern LUCENE_FILE = Pattern.compile("(_|segments|pending_segments).*");

  private final Path folder;
  private final Directory directory;

  /**
   * @param folder the view's own; created when missing
   */
  public View(Storage storage, Path folder) {
    this.folder = folder;
    try {
      this.directory = storage.open(folder);
    } catch (IOException e) {
      throw StoreException.io(folder, e);
    }
  }

  public Path folder() {
    return folder;
  }

  Directory directory() {
    return directory;
  }

  /** Opens the newest commit; empty when there is none yet. The caller closes it. */
  Optional<DirectoryReader> open() {
    try {
      return Optional.of(DirectoryReader.open(directory));
    } catch (IndexNotFoundException e) {
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      throw StoreException.of(folder, e);
    }
  }

  /** What the newest commit says of itself. */
  public Optional<CommitInfo> newest() {
    try (var reader = open().orElse(null)) {
      return reader == null ? Optional.empty() : Optional.of(info(reader));
    } catch (IOException e) {
      throw StoreException.io(folder, e);
    }
  }

  static CommitInfo info(DirectoryReader reader) throws IOException {
    return CommitInfo.of(reader.getIndexCommit().getUserData());
  }

  /**
   * Takes the view's writer lock for one run.
   *
   * @param anew whether to start from nothing; what readers see is kept until the first commit
   * @return empty when another run holds the lock
   */
  public Optional<Writer> tryWrite(boolean anew) {
    try {
      return tryOpenWriter(anew);
    } catch (StoreException e) {
      if (!anew || e.code() != ErrorCode.INDEX_DAMAGED || !tryRemoveAll()) {
        throw e;
      }
      return tryOpenWriter(true);
    }
  }

  /** Lucene reads the commit that is to be replaced, and gives up on one that it cannot read. */
  private boolean tryRemoveAll() {
    try (var _ = directory.obtainLock(IndexWriter.WRITE_LOCK_NAME)) {
      Log.warning("The damaged index is removed and made anew", "folder", folder);
      for (var name : directory.listAll()) {
        if (LUCENE_FILE.matcher(name).matches()) {
          directory.deleteFile(name);
        }
      }
      return true;
    } catch (LockObtainFailedException e) {
      return false;
    } catch (IOException e) {
      throw StoreException.io(folder, e);
    }
  }

  private Optional<Writer> tryOpenWriter(boolean anew) {
    var config =
        new IndexWriterConfig(Analysis.BY_FIELD)
            .setOpenMode(anew ? OpenMode.CREATE : OpenMode.CREATE_OR_APPEND)
            .setIndexDeletionPolicy(new KeepNewest())
            .setMergeScheduler(new SerialMergeScheduler())
            .setRAMBufferSizeMB(WRITE_BUFFER_MEGABYTES)
            .setCommitOnClose(false);
    try {
      return Optional.of(new Writer(new IndexWriter(directory, config)));
    } catch (LockObtainFailedException e) {
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      throw StoreException.of(folder, e);
    }
  }

  /**
   * Reads every byte of the newest commit.
   *
   * @return what is wrong, a sentence each
   */
  public List<String> verify() {
    var findings = new ArrayList<String>();
    try (var reader = open().orElse(null)) {
      for (var leaf : reader == null ? List.<LeafReaderContext>of() : reader.leaves()) {
        try {
          leaf.reader().checkIntegrity();
        } catch (IOException e) {
          findings.add("%s: %s".formatted(folder, e));
        }
      }
    } catch (StoreException | IOException e) {
      findings.add(e.getMessage());
    }
    return findings;
  }

  @Override
  public void close() {
    try {
      directory.close();
    } catch (IOException e) {
      throw StoreException.io(folder, e);
    }
  }

  /**
   * The one that may change the view, for one run. What is not committed when it is closed is
   * forgotten.
   */
  public final class Writer implements AutoCloseable {

    private final IndexWriter writer;

    private Writer(IndexWriter writer) {
      this.writer = writer;
    }

    /** Replaces all that is known of a file. */
    public void put(FileState file, List<ChunkDocument> chunks) {
      var documents = new ArrayList<Document>(chunks.size() + 1);
      documents.add(file.document());
      chunks.forEach(chunk -> documents.add(chunk.document(file)));
      write(() -> writer.updateDocuments(new Term(Fields.PATH, file.path()), documents));
    }

    /** Remembers a new look of a file whose bytes are the same. */
    public void touch(FileState file) {
      var own = new Term(Fields.FILE, file.path());
      write(() -> writer.updateNumericDocValue(own, Fields.SIZE, file.size()));
      write(() -> writer.updateNumericDocValue(own, Fields.MODIFIED, file.modifiedNanos()));
    }

    public void delete(String path) {
      write(() -> writer.deleteDocuments(new Term(Fields.PATH, path)));
    }

    /** Gives every chunk of this key its vector. */
    public void setOrdinal(VectorKey key, int ordinal) {
      write(
          () ->
              writer.updateNumericDocValue(
                  new Term(Fields.KEY, key.text()), Fields.ORDINAL, ordinal));
    }

    /** Makes the changes durable and visible, all at once. */
    public void commit(CommitInfo info) {
      writer.setLiveCommitData(info.data().entrySet());
      write(writer::commit);
    }

    /** Every file of the newest commit. */
    public List<FileState> files() {
      try (var reader = open().orElse(null)) {
        var files = new ArrayList<FileState>();
        for (var leaf : reader == null ? List.<LeafReaderContext>of() : reader.leaves()) {
          addFiles(leaf.reader(), files);
        }
        return files;
      } catch (IOException e) {
        throw StoreException.io(folder, e);
      }
    }

    private void addFiles(LeafReader leaf, List<FileState> files) throws IOException {
      var columns = new FileColumns(leaf);
      var live = leaf.getLiveDocs();
      for (var doc = columns.next(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = columns.next()) {
        if (live == null || live.get(doc)) {
          files.add(columns.read(doc));
        }
      }
    }

    private void write(Change change) {
      try {
        change.apply();
      } catch (IOException e) {
        throw StoreException.of(folder, e);
      }
    }

    @Override
    public void close() {
      write(
          () -> {
            writer.rollback();
            return 0;
          });
    }
  }

  @FunctionalInterface
  private interface Change {
    long apply() throws IOException;
  }

  /** A reader that is a commit behind can still open what it names. */
  private static final class KeepNewest extends IndexDeletionPolicy {

    @Override
    public void onInit(List<? extends IndexCommit> commits) {
      onCommit(commits);
    }

    @Override
    public void onCommit(List<? extends IndexCommit> commits) {
      for (var old : commits.subList(0, Math.max(0, commits.size() - COMMITS_KEPT))) {
        old.delete();
      }
    }
  }
}
