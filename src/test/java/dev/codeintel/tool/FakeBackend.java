package dev.codeintel.tool;

import java.util.concurrent.atomic.AtomicInteger;

/** A backend that counts what is asked of it. */
public class FakeBackend implements Backend {

  public final AtomicInteger touched = new AtomicInteger();
  public final AtomicInteger closed = new AtomicInteger();

  @Override
  public void touch() {
    touched.incrementAndGet();
  }

  @Override
  public void close() {
    closed.incrementAndGet();
  }
}
