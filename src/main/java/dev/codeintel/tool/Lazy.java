package dev.codeintel.tool;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * A value made when it is first asked for; one that could not be made is tried again the next time.
 * Safe for any thread.
 */
final class Lazy<T> implements Supplier<T> {

  private final Supplier<T> maker;
  private T made;

  Lazy(Supplier<T> maker) {
    this.maker = maker;
  }

  @Override
  public synchronized T get() {
    if (made == null) {
      made = maker.get();
    }
    return made;
  }

  /** The value, where somebody asked for it. */
  synchronized Optional<T> ifMade() {
    return Optional.ofNullable(made);
  }
}
