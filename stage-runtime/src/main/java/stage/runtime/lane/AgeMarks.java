package stage.runtime.lane;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** When the last events of a lane were published, roughly. Written by the producer's cell, read by any thread. */
final class AgeMarks {
  /** Apart by so much at least: eight of them look back over what one batch usually takes. */
  private static final long APART_NANOS = 10_000_000;

  private static final int KEPT = 8;

  private static final VarHandle MARKS = MethodHandles.arrayElementVarHandle(Mark[].class);

  /** Notes how many events had been published at that time. */
  private record Mark(long published, long nanos) {}

  private final Mark[] marks = new Mark[KEPT];   // a ring
  private long noted;   // how many so far
  private long lastNanos;

  /** Initializes this class. */
  static void initialize() {}

  /** Notes how many events are published by now. */
  void note(long published, long nowNanos) {
    if (noted > 0 && nowNanos - lastNanos < APART_NANOS) return;
    lastNanos = nowNanos;
    MARKS.setRelease(marks, (int) (noted++ % KEPT), new Mark(published, nowNanos));   // pairs with the acquire below
  }

  /**
   * {@return how old the oldest event is that is not settled, at least; 0 if it is younger than every mark} Any thread.
   */
  long ageNanos(long settled, long nowNanos) {
    long oldest = nowNanos;
    for (int i = 0; i < KEPT; i++) {
      Mark mark = (Mark) MARKS.getAcquire(marks, i);
      if (mark != null && mark.published > settled && mark.nanos - oldest < 0) oldest = mark.nanos;
    }
    return nowNanos - oldest;
  }
}
