package dev.codeintel.store;

/** A lock that is held until it is closed; closing it twice is no error. */
@FunctionalInterface
public interface HeldLock extends AutoCloseable {

  @Override
  void close();
}
