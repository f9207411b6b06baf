package stage.runtime.pipeline;

import java.util.Objects;
import stage.api.pipeline.EventTime;
import stage.runtime.pipeline.operator.Times;

/** Gives elements their time, and the watermark before them. */
final class TimeLink extends HeldLink<Long> {
  private final EventTime<Object> how;
  private final long boundNanos;

  TimeLink(EventTime<Object> how) {
    super(Times.NEVER);   // the latest time so far
    this.how = how;
    this.boundNanos = how.bound().toNanos();
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    long time;
    try {
      time = Times.nanos(Objects.requireNonNull(how.time().apply(value), "the time of an element is never null"));
    } catch (Exception thrown) {
      throw chain.failed(step, this, value, t, w, thrown);
    }
    long latest = held.value();
    long watermark = Times.minus(latest, boundNanos);
    if (time > latest) held.set(time);
    next.push(value, time, watermark);
  }

  /** What comes from now on is stamped here, whatever the input vouches for. */
  @Override
  long vouchesFor(long c) {
    return c == Times.FOREVER ? c : Times.minus(held.value(), boundNanos);
  }
}
