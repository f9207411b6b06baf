package stage.runtime.engine;

import java.util.concurrent.atomic.AtomicReference;
import stage.runtime.time.Latch;
import stage.runtime.time.Time;

/**
 * Something that happens once to a cell. A latch is made for it only when somebody waits: of a hundred thousand stages,
 * nearly all start and end without anybody waiting for one of them in particular.
 */
final class Milestone extends AtomicReference<Object> {
  private static final long serialVersionUID = 1L;
  private static final Object REACHED = new Object();

  /** One that has happened, in place of any that has. */
  static final Milestone PASSED = new Milestone();

  static {
    PASSED.reach();
  }

  // null at first; the latch of those that wait; REACHED for good. All changes are atomic, and volatile: a waiter sees
  // all that was done before it was reached.

  /** It has happened. */
  void reach() {
    if (getAndSet(REACHED) instanceof Latch waitedFor) waitedFor.open();
  }

  boolean isReached() {
    return get() == REACHED;
  }

  /**
   * Waits until it has happened.
   *
   * @param what what it is, for the trace of a simulation, such as {@code the end of}
   * @param path of which cell
   */
  void await(Time time, String what, String path) throws InterruptedException {
    Latch latch = latch(time, what, path);
    if (latch != null) latch.await();
  }

  /** As {@link #await(Time, String, String)}, for a limited time. Returns whether it has happened. */
  boolean await(Time time, String what, String path, long nanos) throws InterruptedException {
    Latch latch = latch(time, what, path);
    return latch == null || latch.await(nanos);
  }

  /** {@return what those that wait have in common; null if it has happened} */
  private Latch latch(Time time, String what, String path) {
    Object now = get();
    if (now == null) {
      Latch fresh = time.latch(what, path);
      now = compareAndExchange(null, fresh);
      if (now == null) return fresh;
    }
    return now instanceof Latch there ? there : null;
  }
}
