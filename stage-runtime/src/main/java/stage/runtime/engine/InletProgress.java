package stage.runtime.engine;

import stage.runtime.lane.Progress;

/**
 * What the consumer of a lane knows of the progress in it. The consumer's cell only.
 *
 * <p>Progress is seen together with a tail that is read after it, and told of when all events before that tail are
 * handled. What was seen is kept until then: in a lane that is never empty, whatever is newer would always have events
 * before it.
 *
 * <p>Apart from its inlet, because only the lanes of some pipelines have progress.
 */
final class InletProgress {
  private Progress applied;    // what the behaviour was told of last, in a good turn; null for nothing
  private Progress seen;       // what it will be told of next; null for nothing
  private long seenBehind;     // behind how many events that is, of all that were ever sent

  boolean isApplied(Progress there) {
    return there == applied;
  }

  /** {@return what was seen and is not told of yet; null for nothing} */
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

  /** The turn that told of what was seen was good. */
  void apply() {
    applied = seen;
    seen = null;
  }
}
