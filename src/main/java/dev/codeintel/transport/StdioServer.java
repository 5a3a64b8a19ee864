package dev.codeintel.transport;

import dev.codeintel.config.Limits;
import dev.codeintel.mcp.Dispatcher;
import dev.codeintel.mcp.Reply;
import dev.codeintel.mcp.Session;
import dev.codeintel.ops.Log;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Serves one client over stdin and stdout, one message a line. Requests run concurrently on virtual
 * threads; what can be answered at once never waits behind them.
 */
public final class StdioServer {

  /** Messages that are received and not done with; one more is read when one of them is. */
  private static final int MESSAGES_MAX = 2 * Limits.REQUESTS_IN_FLIGHT_MAX;

  private final Session session;
  private final InputStream in;
  private final Runnable release;
  private final Outbox outbox;
  private final Semaphore unfinished = new Semaphore(MESSAGES_MAX);
  private final CountDownLatch ended = new CountDownLatch(1);

  private volatile boolean clientIsGone;

  public StdioServer(Dispatcher dispatcher, StandardStreams streams) {
    session = dispatcher.open();
    in = streams.in();
    release = streams.release();
    outbox = new Outbox(streams.out(), this::clientGone);
  }

  /**
   * Serves until the client closes stdin, goes away, or this process loses its parent. Work in
   * flight may finish within {@link Limits#STDIO_GRACE_MILLIS} of a closed stdin; what is then left
   * is cancelled, and may still be on its way to notice.
   */
  public void run() {
    ProcessHandle.current().parent().ifPresent(this::watch);
    outbox.start();
    Thread.ofPlatform().daemon().name("stdio-reader").start(this::read);
    try {
      ended.await();
      if (!clientIsGone) {
        finish();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the server", e);
    } finally {
      session.close();
      release.run();
    }
  }

  /** Clients that crash or forget their servers leave them behind with stdin open. */
  private void watch(ProcessHandle parent) {
    var _ = parent.onExit().thenRun(this::clientGone);
  }

  private void clientGone() {
    clientIsGone = true;
    ended.countDown();
  }

  private void finish() throws InterruptedException {
    var deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Limits.STDIO_GRACE_MILLIS);
    if (!unfinished.tryAcquire(MESSAGES_MAX, Limits.STDIO_GRACE_MILLIS, TimeUnit.MILLISECONDS)) {
      Log.info("Work was cut off", "requests", MESSAGES_MAX - unfinished.availablePermits());
      session.close();
    }
    session.endStreams().forEach(outbox::addQuickAnswer);
    outbox.finish(Math.max(TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()), 1));
  }

  private void read() {
    try {
      var lines = new Lines(in, Limits.STDIO_LINE_BYTES_MAX);
      for (var line = lines.next(); line.isPresent(); line = lines.next()) {
        handle(
            line.get().tooLong()
                ? session.receiveTooLong(Limits.STDIO_LINE_BYTES_MAX)
                : session.receive(line.get().bytes()));
      }
    } catch (IOException e) {
      Log.error("Cannot read stdin", e);
    } catch (RuntimeException | Error e) { // or the process would stay behind, deaf
      Log.error("Reading stdin failed", e);
    } finally {
      ended.countDown();
    }
  }

  private void handle(Reply reply) {
    switch (reply) {
      case Reply.None _ -> {}
      case Reply.Now(var answer) -> outbox.addQuickAnswer(answer);
      case Reply.Open(var acknowledgement, _) -> outbox.addQuickAnswer(acknowledgement);
      case Reply.Later work -> {
        unfinished.acquireUninterruptibly();
        Thread.startVirtualThread(() -> work(work));
      }
    }
  }

  private void work(Reply.Later work) {
    try (work) {
      run(work);
    } finally {
      unfinished.release();
    }
  }

  private void run(Reply.Later work) {
    try {
      work.run(outbox::addResult);
    } catch (RuntimeException | Error e) {
      Log.error("Request failed", e);
      work.fail(outbox::addResult); // or the client would wait for ever
    }
  }
}
