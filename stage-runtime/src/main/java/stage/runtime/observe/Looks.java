package stage.runtime.observe;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import stage.runtime.supervision.Observed;
import stage.runtime.supervision.Observed.Place;

/**
 * What the threads of stages do at one time. They are looked at only if someone asks, and only once: a stack is dear.
 */
final class Looks {
  private final Observed scope;
  private final Looks before;   // null in the first
  private final Map<String, List<Place>> places = new HashMap<>();
  private final Set<String> runnable = new HashSet<>();   // in each look so far
  private Observed.Stages stages;   // null until someone asks

  /**
   * @param scope whose threads
   * @param before the look before; null if this is the first
   */
  Looks(Observed scope, Looks before) {
    this.scope = scope;
    this.before = before;
  }

  private Observed.Stages stages() {
    if (stages == null) stages = scope.stages();
    return stages;
  }

  /** {@return whether that is the path of the stage that emits the scope's dead letters, of which there may be none} */
  boolean isForDeadLetters(String stage) {
    return stage.equals(scope.deadLetters());
  }

  /** {@return where the threads of a stage are, its own first; empty if it has none any more} */
  List<Place> places(String stage) {
    return places.computeIfAbsent(stage, path -> stages().threadsOf(path).stream().map(scope::placeOf).toList());
  }

  /** {@return whether a stage is in a throttle, now or at a second look: it leaves it for each event} */
  boolean isThrottling(String stage) {
    if (Frames.isThrottling(places(stage))) return true;
    places.remove(stage);
    return Frames.isThrottling(places(stage));
  }

  /** {@return about the longest that what a stage did of late has taken, in nanoseconds; 0 if nothing is known} */
  long latelyNanosOf(String stage) {
    return stages().latelyNanosOf(stage);
  }

  /** {@return which producer of a stage was the last to end, and how; empty if none has} */
  String lastProducerOf(String stage) {
    return stages().lastProducerOf(stage);
  }

  /** {@return which consumer of a stage was the last to leave it; empty if none has} */
  String lastConsumerOf(String stage) {
    return stages().lastConsumerOf(stage);
  }

  /** {@return whether the thread of a stage could run, or runs} */
  boolean isRunnable(String stage) {
    boolean can = stages().stateOf(stage) == Thread.State.RUNNABLE;
    if (can && (before == null || before.runnable.contains(stage))) runnable.add(stage);
    return can;
  }

  /** {@return whether it could all the time} One that is about to run has not been kept from it. */
  boolean isStillRunnable(String stage) {
    return isRunnable(stage) && runnable.contains(stage);
  }
}
