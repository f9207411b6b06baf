package stage.runtime.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentHashMap;
import stage.runtime.time.Driver;
import stage.runtime.time.Time;

/**
 * Which threads wait for which cells: for an answer, a place in a mailbox, a start, or an end. A stage that would wait
 * for itself, directly or by way of others that wait for it, is told so at once. Any thread.
 *
 * <p>A wait is noted before the look for a cycle, so of those that close one at the same time at least one sees it.
 */
final class Waits {
  /** A cell, as far as one that waits for its thread has to know it. */
  interface Awaited {
    String path();

    Driver driver();
  }

  /** Which cell a thread waits for, in which method, and since when. */
  private record Waiting(Awaited cell, String what, long sinceNanos) {}

  private final Time time;

  // each thread writes its own entry
  private final ConcurrentHashMap<Thread, Waiting> waiting = new ConcurrentHashMap<>();

  Waits(Time time) {
    this.time = time;
  }

  /** What may be waited for. */
  @FunctionalInterface
  interface Awaiter<R, X extends Exception> {
    R await() throws InterruptedException, X;
  }

  /**
   * Waits for something that a cell's thread has to do.
   *
   * @param what what is called, for the message, such as {@code call()}
   * @param cell whose thread
   * @param waiting waits
   * @return what it returned
   * @throws IllegalStateException if that cell's thread waits for the calling one
   */
  <R, X extends Exception> R during(String what, Awaited cell, Awaiter<R, X> waiting) throws InterruptedException, X {
    Thread caller = time.current();
    this.waiting.put(caller, new Waiting(cell, what, time.nanos()));
    try {
      ensureNoCycle(what, caller, cell);
      return waiting.await();
    } finally {
      this.waiting.remove(caller);
    }
  }

  /** {@return the cell that a thread waits for; null if it waits for none} */
  Awaited awaitedBy(Thread thread) {
    Waiting wait = thread == null ? null : waiting.get(thread);
    return wait == null ? null : wait.cell;
  }

  /** {@return the threads that wait now} */
  List<BlockedThread> now() {
    List<BlockedThread> all = new ArrayList<>();
    for (Map.Entry<Thread, Waiting> each : waiting.entrySet()) {
      Waiting wait = each.getValue();
      all.add(BlockedThread.of(each.getKey(), wait.cell.path(), wait.what, wait.sinceNanos));
    }
    return all;
  }

  private void ensureNoCycle(String what, Thread caller, Awaited cell) {
    Awaited next = awaitedBy(cell.driver().thread());
    if (next == null) return;
    List<Awaited> way = new ArrayList<>(List.of(cell));
    while (next != null && !way.contains(next)) {   // a cycle of others is theirs to notice
      way.add(next);
      if (next.driver().thread() == caller) throw wouldWaitForItself(what, way);
      next = awaitedBy(next.driver().thread());
    }
  }

  private static IllegalStateException wouldWaitForItself(String what, List<Awaited> way) {
    Awaited self = way.getLast();
    var rest = new StringJoiner(", which waits for ");
    for (Awaited each : way) rest.add(each.path());
    return new IllegalStateException(what + " on stage " + way.getFirst().path() + " would never end: stage "
        + self.path() + " would wait for " + rest
        + "; use cast(), and let the answer come back as a cast");
  }
}
