package stage.runtime.engine;

import java.util.PriorityQueue;
import stage.api.StageContext;
import stage.api.TimerAction;

/** The timers of one incarnation. The cell's thread only; time is an argument. */
final class Timers {
  private final PriorityQueue<Due> queue = new PriorityQueue<>();
  private long ordered;

  final class Due implements StageContext.Timer, Comparable<Due> {
    private final TimerAction action;
    private final long periodNanos;   // 0: once
    private long atNanos;
    private long order;

    private Due(TimerAction action, long atNanos, long periodNanos) {
      this.action = action;
      this.atNanos = atNanos;
      this.periodNanos = periodNanos;
    }

    @Override
    public void cancel() {
      queue.remove(this);
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

  /** {@return the action that is due; there is one} A periodic one is set for its next period; missed periods are skipped. */
  TimerAction takeDue(long nowNanos) {
    Due due = queue.poll();
    if (due.periodNanos > 0) {
      long missed = Math.max(0, (nowNanos - due.atNanos) / due.periodNanos);
      due.atNanos += (missed + 1) * due.periodNanos;
      enqueue(due);
    }
    return due.action;
  }
}
