package stage.runtime.simulation;

import java.time.Instant;
import java.util.PriorityQueue;
import stage.runtime.time.Time;
import stage.runtime.time.TimerEntry;

/**
 * The clock and the timers of a simulation: time stands still until the clock jumps to the next timer. Used only by the
 * running simulated thread.
 */
final class SimulatedClock {
  private static final Instant BEGINNING = Instant.parse("2000-01-01T00:00:00Z");

  private final PriorityQueue<TimerEntry> alarms = new PriorityQueue<>();
  private long nowNanos;
  private long ordered;

  long nanos() {
    return nowNanos;
  }

  Instant instant() {
    return BEGINNING.plusNanos(nowNanos);
  }

  Time.Alarm at(long atNanos, Runnable action) {
    var alarm = new TimerEntry(atNanos, ordered++, action);
    alarms.add(alarm);
    return alarm;
  }

  /** {@return whether there is a timer, possibly a cancelled one} */
  boolean hasTimers() {
    return !alarms.isEmpty();
  }

  /** {@return the action of the next timer, to which the clock jumps; null if no timer is set} */
  Runnable next() {
    while (true) {
      TimerEntry next = alarms.poll();
      if (next == null) return null;
      Runnable action = next.action();
      if (action == null) continue;
      if (next.atNanos() > nowNanos) nowNanos = next.atNanos();
      return action;
    }
  }
}
