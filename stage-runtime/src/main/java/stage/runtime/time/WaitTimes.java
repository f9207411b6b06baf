package stage.runtime.time;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How long one machine has waited, and for what. Written by the thread that steps it, read by any.
 *
 * <p>To read the clock costs a tenth of a hop where events go one by one. So the beginning of a wait is noted for each
 * wait only while the scope is watched, or where waits are rare; among waits that follow each other within
 * microseconds, one in eight is. The ends are noted only while the scope is watched.
 */
public final class WaitTimes {
  // A reader wants a wait counted once: either as going on, or in the total. The writer adds to the total before it
  // takes the wait away, and each change is a release; the reader reads them in the same order, the kind of wait before
  // and after, and tries again if that has changed.

  private static final int BRISK_SAMPLE = 8;
  private static final long BRISK_NANOS = 20_000;

  private static final VarHandle SINCE = Handles.of(MethodHandles.lookup(), "sinceNanos", long.class);
  private static final VarHandle AWAITING = Handles.of(MethodHandles.lookup(), "awaiting", WaitState.class);
  private static final VarHandle TOTALS = MethodHandles.arrayElementVarHandle(long[].class);

  /**
   * What was read of one machine.
   *
   * @param awaiting what it waits for; {@code READY} if it does not wait
   * @param waitingNanos for how long; 0 if it does not wait
   * @param totals how long it has waited while the scope was watched, this wait included, by the number of
   *     {@link WaitState.Kind}
   */
  public record Reading(WaitState awaiting, long waitingNanos, long[] totals) {}

  // written by the machine's thread only
  private WaitState awaiting = WaitState.Kind.READY;
  private long sinceNanos;
  private volatile long[] totals;     // null until someone watched
  private byte unnoted;               // waits since the last one that was noted
  private boolean isBrisk;

  /** A wait begins. */
  public void begins(WaitState what, Time time, boolean isWatched) {
    if (isWatched || !isBrisk || unnoted >= BRISK_SAMPLE) {
      long now = time.nanos();
      isBrisk = now - sinceNanos < BRISK_NANOS * (unnoted + 1);
      unnoted = 0;
      SINCE.setRelease(this, now);   // pairs with the acquire in read
    } else {
      unnoted++;
    }
    AWAITING.setRelease(this, what);   // as above: a reader that sees the wait sees its start
  }

  /** The wait is over. */
  public void ends(WaitState what, Time time, boolean isWatched) {
    if (isWatched) add(nowOf(what), time.nanos() - sinceNanos);
    // pairs with the acquire in read: a reader that sees no wait sees it in the total
    AWAITING.setRelease(this, WaitState.Kind.READY);
  }

  /** A wait too short to be seen from outside: it counts while the scope is watched. */
  public void add(WaitState.Kind what, long nanos) {
    if (totals == null) totals = new long[WaitState.Kind.values().length];
    TOTALS.setRelease(totals, what.ordinal(), totals[what.ordinal()] + nanos);
  }

  /**
   * {@return what a machine waits for, whether or not a timer may end that}
   *
   * @param what as it said
   */
  public static WaitState.Kind nowOf(WaitState what) {
    return what instanceof WaitState.Timer timer ? timer.what() : (WaitState.Kind) what;   // there is no third
  }

  public WaitState awaiting() {
    return (WaitState) AWAITING.getAcquire(this);
  }

  /** {@return the reading at this time} Any thread. */
  public Reading read(long nowNanos) {
    Reading reading = readOnce(nowNanos);
    for (int again = 0; again < 3 && awaiting() != reading.awaiting(); again++) reading = readOnce(nowNanos);
    return reading;
  }

  private Reading readOnce(long nowNanos) {
    WaitState what = awaiting();
    long waiting = what == WaitState.Kind.READY ? 0 : Math.max(0, nowNanos - (long) SINCE.getAcquire(this));
    long[] there = totals;
    long[] sums = new long[WaitState.Kind.values().length];
    if (there != null) for (int i = 0; i < sums.length; i++) sums[i] = (long) TOTALS.getAcquire(there, i);
    if (waiting > 0) sums[nowOf(what).ordinal()] += waiting;
    return new Reading(what, waiting, sums);
  }
}
