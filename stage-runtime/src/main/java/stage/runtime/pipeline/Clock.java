package stage.runtime.pipeline;

import java.time.Instant;
import stage.runtime.time.Time;

/** The engine's clock as a job sees it: nanoseconds since the epoch that never fall. Any thread. */
final class Clock {
  private final Time time;
  private final long epochNanos;   // the time of day when the job was planned
  private final long nanos;        // the monotonic time then

  Clock(Time time) {
    this.time = time;
    Instant now = time.instant();
    this.epochNanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
    this.nanos = time.nanos();
  }

  long now() {
    return epochNanos + (time.nanos() - nanos);
  }

  /** Waits on the calling stage's own thread. */
  void await(long forNanos) throws InterruptedException {
    if (forNanos > 0) time.latch().await(forNanos);
  }
}
