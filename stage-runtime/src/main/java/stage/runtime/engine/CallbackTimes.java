package stage.runtime.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import stage.runtime.time.Activity;
import stage.runtime.time.Handles;

/**
 * How long the callbacks of a cell took, as far as they were timed. Written by the cell's thread, read by any.
 *
 * <p>To read the clock costs a tenth of a turn for one event. So callbacks are timed while the scope is watched and, by
 * themselves, where they take long: the first {@value #SAMPLE} are, then one in as many, and all while those of late
 * took {@value #LONG_NANOS} nanoseconds.
 */
final class CallbackTimes {
  /** Of a cell that nobody has watched, and whose callbacks are short. */
  static final CallbackTimes NONE = new CallbackTimes();

  static final long LONG_NANOS = 50_000;

  private static final VarHandle TOTAL = Handles.of(MethodHandles.lookup(), "totalNanos", long.class);
  private static final VarHandle LONGEST = Handles.of(MethodHandles.lookup(), "longest", Longest.class);
  private static final VarHandle LATELY = Handles.of(MethodHandles.lookup(), "latelyNanos", long.class);

  private static final int SAMPLE = 64;
  private static final int FORGET_SHIFT = 4;   // a sixteenth with each that is timed: a long one counts for a while

  /** The longest callback that was seen. */
  record Longest(String callback, long nanos) {
    private static final Longest NONE = new Longest("", 0);
  }

  // Opaque, all of them: whole numbers that are not long out of date, and nothing is ordered by them.
  private long totalNanos;
  private long latelyNanos;     // the longest of late, and less with each that was shorter
  private Longest longest = Longest.NONE;
  private Object begun;         // the cell's thread only: who watches is told this when the callback is over

  /** {@return whether the clock is looked at for one of them, although nobody watches} */
  static boolean isSampled(long number) {
    return number <= SAMPLE || number % SAMPLE == 0;
  }

  /** {@return whether those of late took long} The cell's thread. */
  boolean areLong() {
    return latelyNanos >= LONG_NANOS;
  }

  /** A callback begins. The one before may not have ended. */
  void begins(Object begun) {
    this.begun = begun;
  }

  /** {@return what it was told when the callback began that is over now and took so long; null for nothing} */
  Object ends(Activity callback, long nanos) {
    TOTAL.setOpaque(this, totalNanos + nanos);
    if (nanos > longest.nanos) LONGEST.setOpaque(this, new Longest(callback.text(), nanos));
    took(nanos);
    return ends();
  }

  /** {@return what it was told when the callback began that is over now; null for nothing} */
  Object ends() {
    Object told = begun;
    begun = null;
    return told;
  }

  /** Something that user code did has come back, and took so long. */
  void took(long nanos) {
    LATELY.setOpaque(this, Math.max(nanos, latelyNanos - (latelyNanos >> FORGET_SHIFT)));
  }

  long totalNanos() {
    return (long) TOTAL.getOpaque(this);
  }

  /** {@return about the longest that they have taken of late; 0 if none is known to have taken long} */
  long latelyNanos() {
    return (long) LATELY.getOpaque(this);
  }

  Longest longest() {
    return (Longest) LONGEST.getOpaque(this);
  }
}
