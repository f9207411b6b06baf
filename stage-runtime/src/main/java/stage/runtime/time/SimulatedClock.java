package stage.runtime.time;

import java.time.Instant;
import java.util.PriorityQueue;

/** The clock of a simulation, and its timers: it stands still, and jumps to the next of them when it is told to. Whoever has the baton. */
final class SimulatedClock {
  private static final Instant BEGINNING = Instant.parse("2000-01-01T00:00:00Z");

  private final PriorityQueue<SimulatedAlarm> alarms = new PriorityQueue<>();
  private long nowNanos;
  private long ordered;

  long nanos() {
    return nowNanos;
  }

  Instant instant() {
    return BEGINNING.plusNanos(nowNanos);
  }

  Time.Alarm at(long atNanos, Runnable action) {
    var alarm = new SimulatedAlarm(atNanos, ordered++, action);
    alarms.add(alarm);
    return alarm;
  }

  /** {@return whether there is a timer, be it one that was cancelled} */
  boolean hasTimers() {
    return !alarms.isEmpty();
  }

  /** {@return what is to be done at the next timer, to which it jumps; null if no timer is set} */
  Runnable next() {
    while (true) {
      SimulatedAlarm next = alarms.poll();
      if (next == null) return null;
      if (next.action == null) continue;
      if (next.atNanos > nowNanos) nowNanos = next.atNanos;
      Runnable action = next.action;
      next.action = null;
      return action;
    }
  }

  private static final class SimulatedAlarm implements Time.Alarm, Comparable<SimulatedAlarm> {
    private final long atNanos;
    private final long order;
    private Runnable action;   // null once it has run, or was cancelled

    SimulatedAlarm(long atNanos, long order, Runnable action) {
      this.atNanos = atNanos;
      this.order = order;
      this.action = action;
    }

    @Override
    public void cancel() {
      action = null;
    }

    @Override
    public int compareTo(SimulatedAlarm other) {
      return atNanos != other.atNanos ? Long.compare(atNanos, other.atNanos) : Long.compare(order, other.order);
    }
  }
}
