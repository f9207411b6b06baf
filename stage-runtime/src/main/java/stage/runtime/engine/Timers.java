package stage.runtime.engine;

import java.util.PriorityQueue;
import java.util.function.Predicate;
import stage.api.StageContext;
import stage.api.TimerAction;

/**
 * The timers of one incarnation. The cell's thread only; time is an argument.
 *
 * <p>To find one in the middle of a heap takes as long as the heap is large. So a cancelled timer only lets go of its
 * action, and is thrown out when it gets to the head, or when more than half of all are cancelled: each cancel pays for
 * a step or two of that.
 */
final class Timers {
  private static final int FEWEST_TO_THROW_OUT = 32;

  private final PriorityQueue<Due> queue = new PriorityQueue<>();   // its head is not cancelled
  private int cancelled;                                            // how many of those in the queue are
  private long ordered;

  final class Due implements StageContext.Timer, Comparable<Due> {
    private final long periodNanos;   // 0: once
    private TimerAction action;       // null once it was cancelled, or has run for the last time
    private long atNanos;
    private long order;

    private Due(TimerAction action, long atNanos, long periodNanos) {
      this.action = action;
      this.atNanos = atNanos;
      this.periodNanos = periodNanos;
    }

    @Override
    public void cancel() {
      if (action == null) return;
      action = null;
      cancelled++;
      throwOut();
    }

    @Override
    public int compareTo(Due other) {
      long difference = atNanos - other.atNanos;   // a difference, because nanoTime may wrap
      return difference != 0 ? Long.signum(difference) : Long.compare(order, other.order);
    }
  }

  Due add(TimerAction action, long atNanos, long periodNanos) {
    var due = new Due(action, atNanos, periodNanos);
    enqueue(due);
    return due;
  }

  private void enqueue(Due due) {
    due.order = ordered++;
    queue.add(due);
  }

  private static final class IsCancelled implements Predicate<Due> {
    @Override
    public boolean test(Due due) {
      return due.action == null;
    }
  }

  private void throwOut() {
    if (cancelled >= FEWEST_TO_THROW_OUT && 2 * cancelled > queue.size()) {
      queue.removeIf(new IsCancelled());
      cancelled = 0;
    }
    for (Due head = queue.peek(); head != null && head.action == null; head = queue.peek()) {
      queue.poll();
      cancelled--;
    }
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  boolean isDue(long nowNanos) {
    return !queue.isEmpty() && queue.peek().atNanos - nowNanos <= 0;
  }

  /** {@return when the next is due; there is one} */
  long nextNanos() {
    return queue.peek().atNanos;
  }

  /** {@return how many have neither been cancelled nor run for the last time} */
  int waiting() {
    return queue.size() - cancelled;
  }

  /** {@return how many are kept, cancelled or not} For tests. */
  int kept() {
    return queue.size();
  }

  /**
   * {@return the action that is due; there is one} A periodic one is set for its next period; missed periods are
   * skipped.
   */
  TimerAction takeDue(long nowNanos) {
    Due due = queue.poll();
    TimerAction action = due.action;
    if (due.periodNanos > 0) {
      long missed = Math.max(0, (nowNanos - due.atNanos) / due.periodNanos);
      due.atNanos += (missed + 1) * due.periodNanos;
      enqueue(due);
    } else {
      due.action = null;
    }
    throwOut();
    return action;
  }
}
