package stage.runtime.pipeline;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import stage.runtime.time.Latch;
import stage.runtime.time.Time;
import stage.runtime.time.Uninterruptibly;

/**
 * Interrupts a thread that takes too long and, if it ignores that for as long again, gives it up; unless it is
 * through before. The timers and the thread settle by compare-and-set who was first.
 */
final class TimeLimit {
  private static final int RUNNING = 0;
  private static final int OVER = 1;       // the thread was first
  private static final int LATE = 2;       // the timer was first, and is about to interrupt the thread
  private static final int EXCEEDED = 3;   // it has done so
  private static final int HEEDED = 4;     // then the thread was
  private static final int GIVEN_UP = 5;   // or the timer again

  private final AtomicInteger state = new AtomicInteger();
  private final long nanos;
  private final Time.Alarm alarm;
  private Latch interrupted;   // the timer's thread, before it is LATE; opened when it is EXCEEDED

  /** @param giveUp what happens to a thread that ignores its interrupt; runs on the timer's thread */
  TimeLimit(Time time, Thread thread, long nanos, Runnable giveUp) {
    this(time, thread, nanos, () -> true, giveUp);
  }

  /**
   * As above.
   *
   * @param mayGiveUp asked before; if it answers false the thread is waited for
   */
  TimeLimit(Time time, Thread thread, long nanos, BooleanSupplier mayGiveUp, Runnable giveUp) {
    this.nanos = nanos;
    this.alarm = time.at(time.nanos() + nanos, () -> {
      interrupted = time.latch();
      if (!state.compareAndSet(RUNNING, LATE)) return;
      time.interrupt(thread);
      state.set(EXCEEDED);
      interrupted.open();
      time.at(time.nanos() + nanos, () -> {
        if (state.get() != EXCEEDED || !mayGiveUp.getAsBoolean()) return;
        if (state.compareAndSet(EXCEEDED, GIVEN_UP)) giveUp.run();
      });
    });
  }

  /** {@return whether the time was exceeded} The thread is not interrupted any more. */
  boolean end() {
    if (state.compareAndSet(RUNNING, OVER)) alarm.cancel();
    awaitInterrupt();
    if (state.compareAndSet(EXCEEDED, HEEDED)) Thread.interrupted();
    return state.get() != OVER;
  }

  /** One that is under way would hit what this thread does next. */
  private void awaitInterrupt() {
    if (state.get() != LATE) return;
    Uninterruptibly.await(() -> {
      interrupted.await();
      return null;
    });
  }

  /** {@return whether the thread is not waited for any more} Stays as it is behind {@link #end}. */
  boolean isGivenUp() {
    return state.get() == GIVEN_UP;
  }

  /** {@return what became of a thread that was given up} */
  static TimeoutException unheeded(long nanos) {
    return new TimeoutException("took longer than " + Duration.ofNanos(nanos)
        + ", and ignored its interrupt for as long again; its thread is abandoned");
  }

  TimeoutException exceeded(Exception thrown) {
    var exceeded = new TimeoutException("took longer than " + Duration.ofNanos(nanos));
    if (!(thrown instanceof InterruptedException)) exceeded.addSuppressed(thrown);
    return exceeded;
  }
}
