package stage.api.pipeline;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How elements get their time: from which field, how far behind the newest one they may be, and when a silent source
 * counts as idle. An immutable value. As Flink's {@code WatermarkStrategy} for bounded out-of-orderness.
 *
 * @param time reads an element's time; never null
 * @param bound how far an element may be behind the newest one before it, not negative
 * @param silence after how long a silence the source no longer holds up windows behind a merge, above zero; empty for
 *     never
 * @param <T> the elements
 * @since 0.1
 */
public record EventTime<T>(Fn<? super T, Instant> time, Duration bound, Optional<Duration> silence) {
  /**
   * Checks the times.
   *
   * @throws IllegalArgumentException if {@code bound} is negative, or {@code silence} not above zero
   */
  public EventTime {
    Arguments.notNull("time", time);
    Arguments.notNull("bound", bound, "; use Duration.ZERO for elements in order");
    Arguments.notNull("silence", silence, "; leave it out for a source that is never idle");
    Arguments.notNegative("outOfOrder", bound);
    silence.ifPresent(of -> Arguments.positive("silence", of));
  }

  /**
   * {@return the time of elements that come in order from a source that is never idle}
   *
   * @param time reads an element's time
   * @param <T> the elements
   */
  public static <T> EventTime<T> of(Fn<? super T, Instant> time) {
    return new EventTime<>(time, Duration.ZERO, Optional.empty());
  }

  /**
   * {@return a copy for elements that may be out of order}
   *
   * @param bound how far an element may be behind the newest one before it; later ones are late
   * @throws IllegalArgumentException if {@code bound} is negative
   */
  public EventTime<T> outOfOrder(Duration bound) {
    return new EventTime<>(time, bound, silence);
  }

  /**
   * {@return a copy for a source that may fall silent} While it waits for an element that is wanted, and none has
   * come for this long, windows fire without it. What it sends after that may be late: {@link Report#lateAfterIdle}.
   *
   * @param silence above zero
   * @throws IllegalArgumentException if {@code silence} is not above zero
   */
  public EventTime<T> idleAfter(Duration silence) {
    return new EventTime<>(time, bound, Optional.of(Arguments.notNull("silence", silence)));
  }
}
