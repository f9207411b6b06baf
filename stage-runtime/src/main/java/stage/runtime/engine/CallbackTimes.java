package stage.runtime.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import stage.runtime.time.Activity;
import stage.runtime.time.Handles;
import stage.runtime.time.Time;

/** How long the callbacks of a cell took while the scope was watched. Written by the cell's thread, read by any. */
final class CallbackTimes {
  /** Of a cell that nobody has watched. */
  static final CallbackTimes NONE = new CallbackTimes();

  private static final VarHandle TOTAL = Handles.of(MethodHandles.lookup(), "totalNanos", long.class);
  private static final VarHandle SINCE = Handles.of(MethodHandles.lookup(), "sinceNanos", long.class);
  private static final VarHandle LONGEST = Handles.of(MethodHandles.lookup(), "longest", Longest.class);

  /** The longest callback that was seen. */
  record Longest(String callback, long nanos) {
    private static final Longest NONE = new Longest("", 0);
  }

  // Opaque, all of them: whole numbers that are not long out of date, and nothing is ordered by them.
  private long totalNanos;
  private long sinceNanos;      // 0 while no callback runs that is watched
  private Longest longest = Longest.NONE;
  private Object begun;         // the cell's thread only: who watches is told this when the callback is over

  /** A callback begins that is watched. */
  void begins(Time time, Object begun) {
    this.begun = begun;
    SINCE.setOpaque(this, time.nanos() | 1);   // never 0, and wrong by a nanosecond at most
  }

  /** One begins that nobody watches. The last one may not have come to its end. */
  void beginsUnwatched() {
    if (sinceNanos != 0) SINCE.setOpaque(this, 0L);
    begun = null;
  }

  /** {@return whether a callback that is watched runs} The cell's thread. */
  boolean isRunning() {
    return sinceNanos != 0;
  }

  /** {@return what it was told when the callback began that is over now; null for nothing} */
  Object ends(Activity callback, Time time) {
    long nanos = time.nanos() - sinceNanos;
    TOTAL.setOpaque(this, totalNanos + nanos);
    if (nanos > longest.nanos) LONGEST.setOpaque(this, new Longest(callback.text(), nanos));
    SINCE.setOpaque(this, 0L);
    Object told = begun;
    begun = null;
    return told;
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
