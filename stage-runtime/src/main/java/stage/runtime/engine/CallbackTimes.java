package stage.runtime.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import stage.runtime.time.Activity;
import stage.runtime.time.Handles;
import stage.runtime.time.Time;

/**
 * Which callback a cell runs, how many it has run, and how long they took. Written by the cell's thread, read by any.
 */
final class CallbackTimes {
  private static final VarHandle COUNT = Handles.of(MethodHandles.lookup(), "count", long.class);
  private static final VarHandle TOTAL = Handles.of(MethodHandles.lookup(), "totalNanos", long.class);
  private static final VarHandle SINCE = Handles.of(MethodHandles.lookup(), "sinceNanos", long.class);
  private static final VarHandle LONGEST = Handles.of(MethodHandles.lookup(), "longest", Longest.class);

  /** The longest callback that was seen. */
  record Longest(String callback, long nanos) {
    private static final Longest NONE = new Longest("", 0);
  }

  // Opaque, all of them: whole numbers that are not long out of date, and nothing is ordered by them. Only the name
  // needs more: see Handover.
  private Activity name;        // plain; published by the word of the handover; null before the first
  private long count;
  private long totalNanos;
  private long sinceNanos;      // 0 if the clock was not read when it began
  private Longest longest = Longest.NONE;

  /** A callback begins. */
  void begins(Activity callback, Time time, boolean isWatched) {
    name = callback;
    COUNT.setOpaque(this, count + 1);
    if (isWatched) SINCE.setOpaque(this, time.nanos() | 1);   // never 0, and wrong by a nanosecond at most
    else if (sinceNanos != 0) SINCE.setOpaque(this, 0L);
  }

  /** It is over. */
  void ends(Time time) {
    if (sinceNanos == 0) return;
    long nanos = time.nanos() - sinceNanos;
    TOTAL.setOpaque(this, totalNanos + nanos);
    if (nanos > longest.nanos) LONGEST.setOpaque(this, new Longest(name.text(), nanos));
    SINCE.setOpaque(this, 0L);
  }

  /** The thread goes on in a callback that something else was run within. */
  void goesOn(Activity callback) {
    name = callback;
  }

  /**
   * {@return the callback that began last; null if there was none} A reader that has seen an odd word of the handover
   * sees the callback that belongs to it, or a later one.
   */
  Activity name() {
    return name;
  }

  long count() {
    return (long) COUNT.getOpaque(this);
  }

  long totalNanos() {
    return (long) TOTAL.getOpaque(this);
  }

  /** {@return when the callback began that is running; 0 if that is not known} */
  long sinceNanos() {
    return (long) SINCE.getOpaque(this);
  }

  Longest longest() {
    return (Longest) LONGEST.getOpaque(this);
  }
}
