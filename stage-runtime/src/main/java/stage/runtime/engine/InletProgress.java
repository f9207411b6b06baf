package stage.runtime.engine;

import stage.runtime.lane.Progress;

/**
 * What the consumer of a lane knows of the progress in it. The consumer's cell only.
 *
 * <p>Progress is seen together with a tail that is read after it, and reported when all events before that tail are
 * handled. Until then it is kept: in a lane that is never empty, newer progress would always have events before it.
 *
 * <p>Apart from its inlet, because only the lanes of some pipelines have progress.
 */
final class InletProgress {
  private Progress applied;    // what the behaviour was told of last, in a committed turn; null for none
  private Progress seen;       // what it will be told of next; null for none
  private long seenBehind;     // behind how many events that is, of all that were ever sent

  boolean isApplied(Progress there) {
    return there == applied;
  }

  /** {@return what was seen and is not reported yet; null for none} */
  Progress seen() {
    return seen;
  }

  /** {@return whether everything before what was seen is handled, once so many events are} */
  boolean isBehind(long settled) {
    return settled >= seenBehind;
  }

  void see(Progress there, long behind) {
    seen = there;
    seenBehind = behind;
  }

  /** The turn that reported the seen progress is committed. */
  void apply() {
    applied = seen;
    seen = null;
  }
}
