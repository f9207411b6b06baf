package stage.runtime.engine;

import stage.runtime.bridge.OnIdle;

/**
 * How long a cell has waited for events since the last one. It runs only while that is what the cell waits for. One per
 * incarnation of a behaviour that wants to know. The cell's thread only; time is an argument.
 */
final class IdleClock {
  private final OnIdle stage;
  private long waitedNanos;     // since the last event, in earlier waits
  private long sinceNanos;      // when this wait began
  private boolean isRunning;
  private boolean hasRung;      // since the last event

  IdleClock(OnIdle stage) {
    this.stage = stage;
  }

  OnIdle stage() {
    return stage;
  }

  /** Events have come. */
  void reset() {
    waitedNanos = 0;
    isRunning = false;
    hasRung = false;
  }

  /** {@return whether it has to be set or stopped, or is due} Looks only. */
  boolean hasWork(boolean awaitsEvents, long nowNanos) {
    return awaitsEvents != isRunning || isDue(nowNanos);
  }

  /** The cell has nothing to do, and waits for events, or for something else. */
  void run(boolean awaitsEvents, long nowNanos) {
    if (awaitsEvents == isRunning) return;
    if (awaitsEvents) sinceNanos = nowNanos;
    else waitedNanos += nowNanos - sinceNanos;
    isRunning = awaitsEvents;
  }

  /** {@return whether it may ring at {@link #ringsAt}} */
  boolean isSet() {
    return isRunning && !hasRung && stage.idleAfterNanos() > 0;
  }

  long ringsAt() {
    return sinceNanos + stage.idleAfterNanos() - waitedNanos;
  }

  boolean isDue(long nowNanos) {
    return isSet() && nowNanos - ringsAt() >= 0;
  }

  /** It does not ring again before there was an event. */
  void ring() {
    hasRung = true;
  }
}
