package stage.pipeline.timed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import stage.api.pipeline.EventTime;
import stage.api.pipeline.Pipeline;

/**
 * A source that has all its elements at once, or speaks at ticks of the clock: then each moment at which something
 * happens is known.
 *
 * @param ticks what it says at each tick
 * @param isTicked whether it waits for its ticks
 * @param outOfOrder by how much its times may be out of order, in seconds
 * @param isIdleSoon whether it counts as idle after {@link #IDLE_AFTER} milliseconds
 */
record TimedSource(List<List<TimedElement>> ticks, boolean isTicked, int outOfOrder, boolean isIdleSoon) {
  /** Milliseconds from tick to tick. */
  static final long TICK = 1_000;

  /** In milliseconds; never at the moment of anything else. */
  static final long IDLE_AFTER = 2_770;

  List<TimedElement> elements() {
    return ticks.stream().flatMap(List::stream).toList();
  }

  /** {@return when each of its elements gets its stamp, in milliseconds} */
  List<Long> passes() {
    List<Long> all = new ArrayList<>();
    for (int tick = 0; tick < ticks.size(); tick++) {
      for (int i = 0; i < ticks.get(tick).size(); i++) all.add((tick + 1) * TICK);
    }
    return all;
  }

  /** {@return when it completes, in milliseconds} */
  long end() {
    return ticks.size() * TICK;
  }

  /** {@return its elements, without times} */
  Pipeline<TimedElement> untimed() {
    if (!isTicked) return Pipeline.from(elements());
    Pipeline<TimedElement> spoken = Pipeline.tick(Duration.ofMillis(TICK)).take(ticks.size())
        .scan(-1, (n, time) -> n + 1).flatMap(ticks::get);
    // What comes of a tick is counted as one, unless a stage of its own follows; and a tick at which nothing is said
    // would be no silence.
    return spoken.async();
  }

  Pipeline<TimedElement> timed() {
    EventTime<TimedElement> time = EventTime.of(TimedElement::at).outOfOrder(Duration.ofSeconds(outOfOrder));
    return untimed().eventTime(isIdleSoon ? time.idleAfter(Duration.ofMillis(IDLE_AFTER)) : time);
  }
}
