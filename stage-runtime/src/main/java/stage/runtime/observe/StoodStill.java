package stage.runtime.observe;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stage.api.RunSnapshot;
import stage.api.StageActivity;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;
import stage.api.WaitReason;

/**
 * For how long, at least, a stage has handled nothing and emitted nothing: by its own clock, or by how long the stages
 * that want something from it have waited.
 */
final class StoodStill {
  private final Map<String, StageSnapshot> stages;
  private final Duration watched;

  /**
   * @param stages all of them, by their paths
   * @param watched how long they have been watched: each has stood still all the time
   */
  StoodStill(Map<String, StageSnapshot> stages, Duration watched) {
    this.stages = stages;
    this.watched = watched;
  }

  /** {@return for how long a stage has stood still that is in user code} */
  Duration inUserCode(StageSnapshot stage) {
    StageActivity activity = stage.activity();
    // A generator is in one callback all its life: what counts is when it last emitted something.
    boolean isGenerating = activity.callback().equals("generate") && stage.eventsEmitted() > 0;
    Duration own = isGenerating ? Duration.ZERO : activity.inCallback();
    if (own.isZero() && activity.isInCallback() && isBetweenIncarnations(stage)) own = activity.inStatus();
    if (!activity.isInCallback() && activity.waitsFor().isPresent()) own = activity.waiting();   // for its threads
    // A batch of many slow elements goes on within its callback.
    Duration sinceProgress = stage.run().map(RunSnapshot::sinceProgress).orElse(Duration.ZERO);
    if (!sinceProgress.isZero() && sinceProgress.compareTo(own) < 0) own = sinceProgress;
    Duration lasted = longer(own, watched);
    return own.isZero() ? longer(lasted, longer(withoutEvents(stage), withoutDemand(stage))) : lasted;
  }

  /** {@return whether its last incarnation is over: all that may still run of it is its onStop, which has come next} */
  private static boolean isBetweenIncarnations(StageSnapshot stage) {
    return stage.status() == StageSnapshot.Status.HELD || stage.status() == StageSnapshot.Status.BACKING_OFF;
  }

  /** {@return for how long a stage has stood still of which nothing is known: as long as a stage has waited for it} */
  Duration elsewhere(String path) {
    Duration longest = watched;
    for (StageSnapshot stage : stages.values()) {
      if (waitsForEvents(stage, path) || waitsForDemand(stage, path)) {
        longest = longer(longest, stage.activity().waiting());
      }
    }
    return longest;
  }

  /** {@return whether a stage waits for the demand of a stage of which nothing is known} */
  boolean isWantedDemandOf(String path) {
    return stages.values().stream().anyMatch(stage -> waitsForDemand(stage, path));
  }

  private static boolean waitsForEvents(StageSnapshot stage, String path) {
    return isWaiting(stage, WaitReason.EVENTS)
        && stage.inputs().stream().anyMatch(lane -> lane.producer().equals(path) && isWanting(lane));
  }

  private static boolean waitsForDemand(StageSnapshot stage, String path) {
    return isWaiting(stage, WaitReason.DEMAND)
        && stage.outputs().stream().anyMatch(lane -> lane.consumer().equals(path) && lane.outstanding() == 0);
  }

  /** {@return for how long none of its consumers has had an event, if all of them wait for some} */
  private Duration withoutEvents(StageSnapshot producer) {
    return shortest(producer.outputs(), true);
  }

  /** {@return for how long none of its producers has had demand, if all of them wait for its demand} */
  private Duration withoutDemand(StageSnapshot consumer) {
    return shortest(consumer.inputs(), false);
  }

  private Duration shortest(List<SubscriptionSnapshot> lanes, boolean areOutputs) {
    Duration shortest = null;
    for (SubscriptionSnapshot lane : lanes) {
      if (!lane.isOpen()) continue;
      StageSnapshot other = stages.get(areOutputs ? lane.consumer() : lane.producer());
      if (other == null) return Duration.ZERO;
      boolean waits = areOutputs ? isWanting(lane) && isWaiting(other, WaitReason.EVENTS)
          : lane.outstanding() == 0 && other.outputs().size() == 1 && isWaiting(other, WaitReason.DEMAND);
      if (!waits) return Duration.ZERO;
      Duration waiting = other.activity().waiting();
      if (shortest == null || waiting.compareTo(shortest) < 0) shortest = waiting;
    }
    return shortest == null ? Duration.ZERO : shortest;
  }

  private static boolean isWanting(SubscriptionSnapshot lane) {
    return lane.inFlight() == 0 && lane.outstanding() > 0;
  }

  private static boolean isWaiting(StageSnapshot stage, WaitReason reason) {
    return stage.activity().waitsFor().equals(Optional.of(reason));
  }

  static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }
}
