package dev.codeintel.transport;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Clients that ask at the same time, each on a virtual thread of its own, and what came of it.
 *
 * @param callsASecond that were answered in time
 * @param serverCores how many processors the server kept busy
 * @param clientCores the same of the clients, and of what else runs in their process
 */
record SpeedRun(
    int calls, double callsASecond, double p50Ms, double p95Ms, double maxMs, double serverCores, double clientCores) {

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  /** Asks once, waits for the answer, and checks it. */
  @FunctionalInterface
  interface Ask {
    void once() throws IOException;
  }

  /** How clients ask for some time. */
  @FunctionalInterface
  interface Way {
    SpeedRun run(List<? extends Ask> clients, Duration time, LongSupplier serverNanos) throws Exception;
  }

  private record Took(List<Long> nanos, int inTime) {}

  /** Each asks again as soon as it has its answer. */
  static SpeedRun backToBack(List<? extends Ask> clients, Duration time, LongSupplier serverNanos) throws Exception {
    return together(clients, time, 0, serverNanos);
  }

  /**
   * Together they ask so many times a second, whatever becomes of it. A time begins when a call is due, so that one that
   * is kept waiting by the call before is not made to look fast.
   */
  static Way atRate(int callsASecond) {
    var step = TimeUnit.SECONDS.toNanos(1) / callsASecond;
    return (clients, time, serverNanos) -> together(clients, time, step, serverNanos);
  }

  private static SpeedRun together(
      List<? extends Ask> clients, Duration time, long stepNanos, LongSupplier serverNanos) throws Exception {
    var start = System.nanoTime();
    var asking = new ArrayList<Callable<Took>>();
    for (var client : clients) {
      var first = start + asking.size() * stepNanos;
      asking.add(() -> untilEnd(client, first, start + time.toNanos(), clients.size() * stepNanos));
    }
    return measured(asking, serverNanos);
  }

  private static Took untilEnd(Ask client, long first, long end, long periodNanos) throws IOException {
    var nanos = new ArrayList<Long>();
    var inTime = 0;
    for (var due = first; due < end; due = periodNanos > 0 ? due + periodNanos : System.nanoTime()) {
      for (var left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      client.once();
      var now = System.nanoTime();
      nanos.add(now - due);
      inTime += now <= end ? 1 : 0;
    }
    return new Took(nanos, inTime);
  }

  /** Each asks once, all at the same moment. */
  static SpeedRun once(List<? extends Ask> clients, LongSupplier serverNanos) throws Exception {
    var start = System.nanoTime();
    var asking = new ArrayList<Callable<Took>>();
    for (var client : clients) {
      asking.add(
          () -> {
            client.once();
            return new Took(List.of(System.nanoTime() - start), 1);
          });
    }
    return measured(asking, serverNanos);
  }

  private static SpeedRun measured(List<Callable<Took>> asking, LongSupplier serverNanos) throws Exception {
    var server = serverNanos.getAsLong();
    var own = SYSTEM.getProcessCpuTime();
    var started = System.nanoTime();
    var all = new ArrayList<Took>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var asked : threads.invokeAll(asking)) {
        all.add(asked.get());
      }
    } catch (ExecutionException e) {
      throw new IOException("a client failed", e.getCause());
    }
    var took = System.nanoTime() - started;
    var sorted = all.stream().flatMap(each -> each.nanos().stream()).mapToLong(nanos -> nanos).sorted().toArray();
    return new SpeedRun(
        sorted.length,
        all.stream().mapToInt(Took::inTime).sum() * 1e9 / took,
        millis(sorted, 0.5),
        millis(sorted, 0.95),
        millis(sorted, 1),
        (double) (serverNanos.getAsLong() - server) / took,
        (double) (SYSTEM.getProcessCpuTime() - own) / took);
  }

  private static double millis(long[] sorted, double share) {
    return sorted[Math.min(sorted.length - 1, (int) (sorted.length * share))] / 1e6;
  }
}
