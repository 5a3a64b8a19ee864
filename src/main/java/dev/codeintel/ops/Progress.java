package dev.codeintel.ops;

/**
 * Hears how far a long piece of work has come. Called often, from any thread; an implementation
 * must be cheap and safe.
 */
@FunctionalInterface
public interface Progress {

  /** One that nobody watches. */
  Progress NONE = (phase, done, total) -> {};

  /**
   * @param phase what is going on, such as {@code listing}, {@code chunking} or {@code embedding}
   * @param done how many of its items are done
   * @param total how many there are; -1 while unknown
   */
  void at(String phase, long done, long total);
}
