package dev.codeintel.testkit;

import dev.codeintel.store.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.FilterIndexOutput;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexOutput;

/**
 * Disk that fails at the n-th change and from then on, as a full one does: creating, writing,
 * syncing, renaming. What was written before stays, half a file included.
 */
public final class FaultyStorage implements Storage {

  private final AtomicInteger changes = new AtomicInteger();
  private final int failAt;

  /**
   * @param failAt the first change that fails, from 1
   */
  public FaultyStorage(int failAt) {
    this.failAt = failAt;
  }

  /** Whether the fault was reached. */
  public boolean failed() {
    return changes.get() >= failAt;
  }

  private void change() throws IOException {
    if (changes.incrementAndGet() >= failAt) {
      throw new IOException("No space left on device (change " + changes.get() + ")");
    }
  }

  @Override
  public Directory open(Path folder) throws IOException {
    return new Faulty(FSDirectory.open(folder));
  }

  private final class Faulty extends FilterDirectory {

    Faulty(Directory in) {
      super(in);
    }

    @Override
    public IndexOutput createOutput(String name, IOContext context) throws IOException {
      change();
      return new FaultyOutput(in.createOutput(name, context));
    }

    @Override
    public IndexOutput createTempOutput(String prefix, String suffix, IOContext context)
        throws IOException {
      change();
      return new FaultyOutput(in.createTempOutput(prefix, suffix, context));
    }

    @Override
    public void sync(Collection<String> names) throws IOException {
      change();
      in.sync(names);
    }

    @Override
    public void syncMetaData() throws IOException {
      change();
      in.syncMetaData();
    }

    @Override
    public void rename(String source, String dest) throws IOException {
      change();
      in.rename(source, dest);
    }
  }

  private final class FaultyOutput extends FilterIndexOutput {

    FaultyOutput(IndexOutput out) {
      super("faulty " + out, out.getName(), out);
    }

    @Override
    public void writeBytes(byte[] bytes, int offset, int length) throws IOException {
      change();
      super.writeBytes(bytes, offset, length);
    }
  }
}
