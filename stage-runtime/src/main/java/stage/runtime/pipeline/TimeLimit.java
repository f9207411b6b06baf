package stage.runtime.pipeline;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import stage.runtime.time.Time;

/**
 * Interrupts a thread that takes too long, once, unless it is through before. The timer and the thread settle by one
 * compare-and-set who was first.
 */
final class TimeLimit {
  private static final int RUNNING = 0;
  private static final int OVER = 1;       // the thread was first
  private static final int EXCEEDED = 2;   // the timer was first

  private final AtomicInteger state = new AtomicInteger();
  private final long nanos;
  private final Time.Alarm alarm;

  TimeLimit(Time time, Thread thread, long nanos) {
    this.nanos = nanos;
    this.alarm = time.at(time.nanos() + nanos, () -> {
      if (state.compareAndSet(RUNNING, EXCEEDED)) time.interrupt(thread);
    });
  }

  /** {@return whether the time was exceeded} The thread is not interrupted any more. */
  boolean end() {
    boolean isOver = state.compareAndSet(RUNNING, OVER);
    if (isOver) alarm.cancel();
    else if (state.get() == EXCEEDED) Thread.interrupted();
    return state.get() == EXCEEDED;
  }

  TimeoutException exceeded(Exception thrown) {
    var exceeded = new TimeoutException("took longer than " + Duration.ofNanos(nanos));
    if (!(thrown instanceof InterruptedException)) exceeded.addSuppressed(thrown);
    return exceeded;
  }
}
