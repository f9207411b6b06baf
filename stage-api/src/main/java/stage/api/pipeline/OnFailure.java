package stage.api.pipeline;

import java.time.Duration;
import java.util.Optional;
import stage.api.DeadLetterHandler;
import stage.api.supervision.Backoff;

/**
 * What happens to an element when a step throws: it is tried again a few times, and then it is skipped or becomes a
 * dead letter, or the stage crashes. Everything that the element had done in its run of steps is undone first, and the
 * elements around it are not affected.
 *
 * <p>The default is {@code retry(2, Backoff.none()).then(deadLetter())}. An {@code Error} always crashes the stage,
 * except in {@code mapConcurrent}, where it fails its element, which is tried twice more and then becomes a dead
 * letter. Whatever the policy, 1,000 failures in a row without a success crash the stage, too, because a mistake in a
 * step must not turn a whole source into dead letters. {@link #atMost} sets another limit.
 *
 * @param retries how often the element is tried again, at once or after a while
 * @param backoff how long to wait before each
 * @param last what happens to it then
 * @param handler receives dead letters in addition to the supervisor, if present
 * @param most which failure crashes the stage: the one that reaches this number
 * @param period how long a failure counts; empty to count failures in a row, without a success between them
 * @since 0.1
 */
public record OnFailure(
    int retries, Backoff backoff, Last last, Optional<DeadLetterHandler> handler, int most, Optional<Duration> period) {
  private static final int MOST_IN_A_ROW = 1_000;

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if {@code retries} is negative, {@code most} below 1, or {@code period} not
   *     above zero
   */
  public OnFailure {
    Arguments.atLeast("retries", retries, 0);
    Arguments.notNull("backoff", backoff, "; use Backoff.none() to try again at once");
    Arguments.notNull("last", last);
    Arguments.notNull("handler", handler);
    Arguments.atLeast("failures", most, 1);
    Arguments.notNull("period", period);
    period.ifPresent(of -> Arguments.positive("time", of));
  }

  /** What happens to an element when it is not tried again. */
  public enum Last {
    /** It is left out, and counted as dropped. */
    SKIP,
    /** It becomes a dead letter. */
    DEAD_LETTER,
    /** The stage crashes, and its supervisor decides. */
    CRASH
  }

  private static OnFailure of(int retries, Backoff backoff, Last last, Optional<DeadLetterHandler> handler) {
    return new OnFailure(retries, backoff, last, handler, MOST_IN_A_ROW, Optional.empty());
  }

  /** {@return the default: to try again twice, then to make the element a dead letter} */
  public static OnFailure ofDefault() {
    return retry(2, Backoff.none());
  }

  /** {@return to leave the element out, and to count it} */
  public static OnFailure skip() {
    return of(0, Backoff.none(), Last.SKIP, Optional.empty());
  }

  /** {@return to make the element a dead letter of the scope, at once} */
  public static OnFailure deadLetter() {
    return of(0, Backoff.none(), Last.DEAD_LETTER, Optional.empty());
  }

  /**
   * {@return to make the element a dead letter, at once}
   *
   * @param to receives it, instead of the log
   */
  public static OnFailure deadLetter(DeadLetterHandler to) {
    return of(0, Backoff.none(), Last.DEAD_LETTER, Optional.of(Arguments.notNull("to", to)));
  }

  /**
   * {@return to try again at once, then to make the element a dead letter} {@link #then} sets another end.
   *
   * @param times how often, at least 1
   * @throws IllegalArgumentException if {@code times} is below 1
   */
  public static OnFailure retry(int times) {
    return retry(times, Backoff.none());
  }

  /**
   * {@return to try again, then to make the element a dead letter} {@link #then} sets another end. Before the stage
   * waits, it commits the elements before this one.
   *
   * @param times how often, at least 1
   * @param backoff how long to wait before each; by the engine's clock
   * @throws IllegalArgumentException if {@code times} is below 1
   */
  public static OnFailure retry(int times, Backoff backoff) {
    if (times < 1) {
      throw Arguments.refused(
          "times must be at least 1, but was " + times + "; leave retry out to try once only");
    }
    return of(times, backoff, Last.DEAD_LETTER, Optional.empty());
  }

  /**
   * {@return to try again after waits that double, then to make the element a dead letter} {@link #then} sets another
   * end. As {@link #retry(int, Backoff)} with {@link Backoff#exponential}: each wait is shortened by up to a fifth.
   *
   * @param times how often, at least 1
   * @param first the first wait, not negative
   * @param most the longest wait, at least as long as the first
   * @throws IllegalArgumentException if {@code times} is below 1, {@code first} is negative, or {@code most} is shorter
   */
  public static OnFailure retry(int times, Duration first, Duration most) {
    Arguments.notNegative("first", first);
    Arguments.notNegative("most", most);
    return retry(times, Backoff.exponential(first, most));
  }

  /**
   * {@return to crash the stage: its supervisor restarts it, and the element is delivered again} An element that
   * crashes the stage every time becomes a dead letter in the end, as {@link stage.api.Redelivery} says. If the stage
   * crashes at the result of several elements, such as a list, only that result does.
   */
  public static OnFailure crash() {
    return of(0, Backoff.none(), Last.CRASH, Optional.empty());
  }

  /**
   * {@return these retries, with another end}
   *
   * @param last what happens to the element when it has been tried as often as this says; must not retry itself
   * @throws IllegalArgumentException if {@code last} retries
   */
  public OnFailure then(OnFailure last) {
    Arguments.notNull("last", last, "; use OnFailure.deadLetter()");
    if (last.retries > 0) {
      throw Arguments.refused("what follows a retry must be skip(), deadLetter() or crash(), but retries "
          + last.retries + " times");
    }
    return new OnFailure(retries, backoff, last.last, last.handler, most, period);
  }

  /**
   * {@return a copy that crashes the stage when too many elements fail within a time, instead of 1,000 in a row}
   *
   * @param failures the failure that reaches this number crashes the stage; at least 1. An element that is tried again
   *     fails when its last attempt has failed
   * @param time how long a failure counts, above zero
   * @throws IllegalArgumentException if {@code failures} is below 1, or {@code time} not above zero
   */
  public OnFailure atMost(int failures, Duration time) {
    Arguments.notNull("time", time);
    return new OnFailure(retries, backoff, last, handler, failures, Optional.of(time));
  }
}
