package stage.runtime.observe;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import stage.runtime.supervision.Observed;
import stage.runtime.supervision.Observed.Place;

/**
 * What the threads of stages do at one time. A stack is expensive, so threads are looked at only on demand, and once.
 */
final class Looks {
  private final Observed scope;
  private final Looks before;   // null for the first look
  private final Map<String, List<Place>> places = new HashMap<>();
  private final Set<String> runnable = new HashSet<>();   // paths of stages that were runnable in every look so far
  private Observed.Stages stages;   // null until needed

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

  /** {@return whether this is the path of the stage that emits the scope's dead letters, if there is one} */
  boolean isForDeadLetters(String stage) {
    return stage.equals(scope.deadLetters());
  }

  /** {@return where the threads of a stage are, its own first; empty if it has none any more} */
  List<Place> places(String stage) {
    return places.computeIfAbsent(stage, path -> stages().threadsOf(path).stream().map(scope::placeOf).toList());
  }

  /** {@return whether a stage is in a throttle, now or at a second look: for each event it leaves it} */
  boolean isThrottling(String stage) {
    if (Frames.isThrottling(places(stage))) return true;
    places.remove(stage);
    return Frames.isThrottling(places(stage));
  }

  /** {@return roughly the longest that recent callbacks of a stage took, in nanoseconds; 0 if nothing is known} */
  long latelyNanosOf(String stage) {
    return stages().latelyNanosOf(stage);
  }

  /** {@return which producer of a stage ended last, and how; empty if none has} */
  String lastProducerOf(String stage) {
    return stages().lastProducerOf(stage);
  }

  /** {@return which consumer left a stage last; empty if none has} */
  String lastConsumerOf(String stage) {
    return stages().lastConsumerOf(stage);
  }

  /** {@return how long a stage that backs off does so; empty if that is over, or not known} */
  Optional<Duration> untilRestartOf(String stage) {
    return stages().untilRestartOf(stage);
  }

  /** {@return whether the thread of a stage is runnable} */
  boolean isRunnable(String stage) {
    boolean can = stages().stateOf(stage) == Thread.State.RUNNABLE;
    if (can && (before == null || before.runnable.contains(stage))) runnable.add(stage);
    return can;
  }

  /** {@return whether it was runnable in every look: one that is just about to run has not been starved} */
  boolean isStillRunnable(String stage) {
    return isRunnable(stage) && runnable.contains(stage);
  }
}
