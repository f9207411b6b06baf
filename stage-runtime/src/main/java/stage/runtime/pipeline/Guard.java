package stage.runtime.pipeline;

import java.util.ArrayDeque;
import stage.api.pipeline.OnFailure;
import stage.runtime.time.Time;

/**
 * Counts the elements that a run gave up on, so that a mistake in a step does not turn a whole source into dead
 * letters. The run's own thread.
 */
final class Guard {
  private int inARow;
  private final ArrayDeque<Long> times = new ArrayDeque<>();

  void succeeded() {
    inARow = 0;
  }

  /** {@return whether that was one too many} */
  boolean isTooMany(OnFailure how, long now) {
    if (how.period().isEmpty()) return ++inARow >= how.most();
    long period = Time.toNanos(how.period().get());
    while (!times.isEmpty() && now - times.peekFirst() > period) times.pollFirst();
    times.addLast(now);
    return times.size() >= how.most();
  }

  static String message(OnFailure how) {
    return how.period().isEmpty()
        ? how.most()
            + " elements in a row have failed; is there a mistake in the step? OnFailure.atMost sets another limit"
        : how.most() + " elements have failed within " + how.period().get() + ", as many as OnFailure.atMost allows";
  }
}
