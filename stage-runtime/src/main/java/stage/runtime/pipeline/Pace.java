package stage.runtime.pipeline;

import stage.runtime.time.Time;

/**
 * Cuts a batch into pieces, so that others see that a long one goes on: a batch of slow elements may take minutes. The
 * first piece is one element. Each is twice as long as the one before while elements are fast, so that a batch of them
 * is soon one piece, and its time is looked at only if it is long, or now and then. A batch of slow ones is not taken
 * to its end in one turn: what was made of the first is sent on, and the clock is looked at. The run's own thread.
 */
final class Pace {
  private static final int WHOLE = 1024;
  private static final int LONG = 256;
  private static final int SAMPLE = 64;
  private static final long FAST_NANOS = 1_000_000;
  private static final long SLOW_NANOS = 100_000_000;
  private static final long LONG_TURN_NANOS = 10_000_000;

  private final Time time;
  private final Tally tally;
  private int piece = 1;
  private int batches;
  private boolean isTimed;     // the batch in hand
  private long begunNanos;     // when it began, if it is
  private long sinceNanos;     // its last piece, if it is

  Pace(Time time, Tally tally) {
    this.time = time;
    this.tally = tally;
  }

  /** A batch begins. */
  void begin(int size) {
    isTimed = piece < WHOLE || size >= LONG || ++batches % SAMPLE == 0;
    if (!isTimed) return;
    sinceNanos = time.nanos();
    begunNanos = sinceNanos;
  }

  /** {@return how many of those that are left to take at once} */
  int next(int left) {
    return Math.min(piece, left);
  }

  /** {@return whether the turn has taken so long that the rest of the batch is left for another one} */
  boolean isLong() {
    return isTimed && sinceNanos - begunNanos > LONG_TURN_NANOS;
  }

  /** Notes how many were taken at once. */
  void took(int elements) {
    long now = isTimed ? time.nanos() : 0;
    tally.progressed(elements, now);
    if (!isTimed) return;
    long nanos = now - sinceNanos;
    sinceNanos = now;
    if (nanos > SLOW_NANOS) piece = 1;
    else if (nanos < FAST_NANOS && piece < WHOLE) piece *= 2;
  }
}
