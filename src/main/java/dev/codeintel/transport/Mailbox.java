package dev.codeintel.transport;

import dev.codeintel.config.Limits;
import dev.codeintel.mcp.Sink;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * What a piece of work says, on its way to the thread that writes it out. The last message is the
 * answer, those before it tell progress: when the client reads too slowly for all of them, the
 * newest stands for those that it replaced. Work never waits here.
 */
final class Mailbox implements Sink {

  private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
  private boolean abandoned;
  private boolean ended;

  @Override
  public synchronized void send(byte[] message) {
    if (abandoned) {
      return;
    }
    if (waiting.size() == Limits.HTTP_MESSAGES_WAITING_MAX) {
      waiting.removeLast();
    }
    waiting.addLast(message);
    notifyAll();
  }

  /** Says that no message follows. */
  synchronized void end() {
    ended = true;
    notifyAll();
  }

  /** Throws away what waits and what follows: nobody is there to read it. */
  synchronized void abandon() {
    abandoned = true;
    waiting.clear();
  }

  /**
   * Waits until the work has ended, or has said more than one thing, or time is up.
   *
   * @return whether it has ended, and the answer is all that it said
   */
  synchronized boolean endsShortly(Duration most) {
    await(most, () -> ended || waiting.size() > 1);
    return ended && waiting.size() <= 1;
  }

  /** Waits for the end, and gives the answer; empty when the work was cancelled. */
  synchronized Optional<byte[]> answer() {
    awaitEnd();
    return Optional.ofNullable(waiting.peekLast());
  }

  synchronized void awaitEnd() {
    await(Duration.ofNanos(Long.MAX_VALUE), () -> ended);
  }

  /** The next message; empty when none came in time, or none will come. */
  synchronized Optional<byte[]> next(Duration most) {
    await(most, () -> ended || !waiting.isEmpty());
    return Optional.ofNullable(waiting.pollFirst());
  }

  /** Whether the work has ended and all that it said was taken. */
  synchronized boolean isDone() {
    return ended && waiting.isEmpty();
  }

  private void await(Duration most, BooleanSupplier condition) {
    var start = System.nanoTime();
    try {
      for (var left = most.toNanos();
          !condition.getAsBoolean() && left > 0;
          left = most.toNanos() - (System.nanoTime() - start)) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupts are for writes only", e);
    }
  }
}
