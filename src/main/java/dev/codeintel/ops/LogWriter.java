package dev.codeintel.ops;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One thread that writes what others log. A reader of stderr that stops reading stops this thread
 * only: events then wait in a bounded queue, and what does not fit is counted and reported later.
 */
final class LogWriter {

  /** Where lines go. */
  record Target(LogLevel least, LogFormat format, OutputStream out) {}

  private final int waitingMax;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition progress = lock.newCondition();
  private final Queue<LogEvent> waiting = new ArrayDeque<>();
  private long accepted;
  private long written;
  private long dropped;
  private long droppedAfter;
  private boolean started;

  /** Lines that could not be written, of the writing thread only. */
  private long unwritable;

  private volatile Target target;

  LogWriter(int waitingMax) {
    this.waitingMax = waitingMax;
  }

  /** Whether events of this level are written; before a target is known, all are kept. */
  boolean wants(LogLevel level) {
    var now = target;
    return now == null || level.compareTo(now.least()) >= 0;
  }

  /** Where lines go from now on, those that wait included. */
  void target(Target to) {
    lock.lock();
    try {
      target = to;
      if (!started) {
        started = true;
        Thread.ofPlatform().daemon().name("log").start(this::writeForever);
      }
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Gives the lines that wait a place to go where nobody named one. */
  void startWith(OutputStream out) {
    if (target == null) {
      redirect(out);
    }
  }

  /** Sends lines elsewhere, at the level and in the form that were set. */
  void redirect(OutputStream out) {
    lock.lock();
    try {
      var now = target == null ? new Target(LogLevel.INFO, LogFormat.TEXT, out) : target;
      target(new Target(now.least(), now.format(), out));
    } finally {
      lock.unlock();
    }
  }

  /** Takes an event; never waits for the writing. */
  void add(LogEvent event) {
    lock.lock();
    try {
      if (waiting.size() >= waitingMax) {
        drop(1);
        return;
      }
      waiting.add(event);
      accepted++;
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until what was logged so far is written.
   *
   * @return whether it is; false after {@code most}, or when the waiting thread is interrupted
   */
  boolean flush(Duration most) {
    var left = most.toNanos();
    lock.lock();
    try {
      var goal = accepted + (dropped > 0 ? 1 : 0);
      while (written < goal) {
        if (left <= 0 || !started) {
          return false;
        }
        work.signal();
        left = progress.awaitNanos(left);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void writeForever() {
    while (true) {
      var event = next();
      var to = target;
      if (event.level().compareTo(to.least()) >= 0) {
        write(event, to);
      }
      lock.lock();
      try {
        written++;
        progress.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private LogEvent next() {
    lock.lock();
    try {
      while (true) {
        // In its place between the lines, and not only when the next event comes.
        if (dropped > 0 && written >= droppedAfter) {
          accepted++;
          return LogEvent.of(LogLevel.WARNING, takeDropped() + " log lines were dropped", null);
        }
        var event = waiting.poll();
        if (event != null) {
          return event;
        }
        work.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  private long takeDropped() {
    var count = dropped;
    dropped = 0;
    return count;
  }

  private void drop(long lines) {
    lock.lock();
    try {
      droppedAfter = dropped == 0 ? accepted : droppedAfter;
      dropped += lines;
    } finally {
      lock.unlock();
    }
  }

  private void write(LogEvent event, Target to) {
    try {
      // One write a line: lines of several processes on one stderr do not mix.
      to.out().write((to.format().line(event) + "\n").getBytes(StandardCharsets.UTF_8));
      to.out().flush();
      if (unwritable > 0) {
        drop(unwritable);
        unwritable = 0;
      }
    } catch (IOException | RuntimeException e) {
      // Nobody reads: there is no place left to say more than how many, should a reader come back.
      unwritable++;
    }
  }
}
