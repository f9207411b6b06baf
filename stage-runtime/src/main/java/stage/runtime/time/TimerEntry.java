package stage.runtime.time;

/** An action that waits for its time; of two for the same time, the one that was set first goes first. */
public final class TimerEntry implements Time.Alarm, Comparable<TimerEntry> {
  private final long atNanos;
  private final long order;
  // cleared by the cancelling thread, read by the one that runs it; so a far timer holds on to nothing
  private volatile Runnable action;

  public TimerEntry(long atNanos, long order, Runnable action) {
    this.atNanos = atNanos;
    this.order = order;
    this.action = action;
  }

  public long atNanos() {
    return atNanos;
  }

  /** {@return what to run; null if it was cancelled} */
  public Runnable action() {
    return action;
  }

  @Override
  public void cancel() {
    action = null;
  }

  @Override
  public int compareTo(TimerEntry other) {
    long difference = atNanos - other.atNanos;   // a difference, because nanoTime may wrap
    return difference != 0 ? Long.signum(difference) : Long.compare(order, other.order);
  }
}
