package stage.api.observe;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import stage.api.StageActivity;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;
import stage.api.WaitReason;

/**
 * What has changed between two snapshots of one tree, in a second. Stages and subscriptions that are only in the later
 * one are not in it.
 *
 * <p>Shares of the time are right only while the scope is watched; see {@code Supervisor.watch()}. Otherwise no waits
 * are added up, and every stage looks busy.
 *
 * @param seconds how far the two are apart
 * @param stages by the stage's number
 * @param subscriptions events delivered in a second, by the subscription's number
 * @since 0.1
 */
public record TreeRates(double seconds, Map<Long, StageRates> stages, Map<Long, Double> subscriptions) {
  /** Nothing has changed. */
  public static final TreeRates NONE = new TreeRates(0, Map.of(), Map.of());

  /**
   * The rates of one stage.
   *
   * @param in events handled in a second
   * @param out events emitted in a second
   * @param turns callbacks in a second
   * @param busy the share of the time in which it did not wait, 0 to 1
   * @param waits the share of the time in which it waited, 0 to 1, for each reason
   * @since 0.1
   */
  public record StageRates(double in, double out, double turns, double busy, Map<WaitReason, Double> waits) {
    /** A stage that has done nothing. */
    public static final StageRates NONE = new StageRates(0, 0, 0, 0, Map.of());

    /** Copies the map, and rejects null. */
    public StageRates {
      waits = Map.copyOf(Objects.requireNonNull(waits, "waits must not be null"));
    }
  }

  /** Copies the maps, and rejects nulls. */
  public TreeRates {
    stages = Map.copyOf(Objects.requireNonNull(stages, "stages must not be null"));
    subscriptions = Map.copyOf(Objects.requireNonNull(subscriptions, "subscriptions must not be null"));
  }

  /**
   * {@return the rates between two snapshots of one tree; {@link #NONE} if they are of the same instant}
   *
   * @param earlier the first one
   * @param later the second one
   */
  public static TreeRates between(TreeSnapshot earlier, TreeSnapshot later) {
    Objects.requireNonNull(earlier, "earlier must not be null");
    Objects.requireNonNull(later, "later must not be null");
    double seconds = (later.nanos() - earlier.nanos()) / 1e9;
    if (seconds <= 0) return NONE;
    Map<Long, SubscriptionSnapshot> lanes = new HashMap<>();
    earlier.subscriptions().forEach(lane -> lanes.put(lane.id(), lane));
    Map<Long, StageSnapshot> before = new HashMap<>();
    earlier.stages().forEach(stage -> before.put(stage.id(), stage));
    Map<Long, StageRates> stages = new HashMap<>();
    for (StageSnapshot stage : later.stages()) {
      StageSnapshot old = before.get(stage.id());
      if (old != null) stages.put(stage.id(), between(old, stage, lanes, seconds));
    }
    Map<Long, Double> subscriptions = new HashMap<>();
    for (SubscriptionSnapshot lane : later.subscriptions()) {
      SubscriptionSnapshot old = lanes.get(lane.id());
      if (old != null) subscriptions.put(lane.id(), (lane.sent() - old.sent()) / seconds);
    }
    return new TreeRates(seconds, stages, subscriptions);
  }

  private static StageRates between(
      StageSnapshot old, StageSnapshot now, Map<Long, SubscriptionSnapshot> lanes, double seconds) {
    long handled = 0;
    for (SubscriptionSnapshot lane : now.inputs()) {
      SubscriptionSnapshot before = lanes.get(lane.id());
      handled += lane.handled() - (before == null ? 0 : before.handled());
    }
    StageActivity then = old.activity();
    StageActivity activity = now.activity();
    Map<WaitReason, Double> waits = new HashMap<>();
    double waited = 0;
    for (WaitReason reason : WaitReason.values()) {
      Duration more = waited(activity, reason).minus(waited(then, reason));
      double share = Math.clamp(more.toNanos() / 1e9 / seconds, 0, 1);
      if (share > 0) waits.put(reason, share);
      waited += share;
    }
    return new StageRates(handled / seconds, (now.eventsEmitted() - old.eventsEmitted()) / seconds,
        (activity.turns() - then.turns()) / seconds, Math.clamp(1 - waited, 0, 1), waits);
  }

  private static Duration waited(StageActivity activity, WaitReason reason) {
    return activity.waited().getOrDefault(reason, Duration.ZERO);
  }

  /**
   * {@return the rates of one stage; {@link StageRates#NONE} if it was not in both snapshots}
   *
   * @param stage which
   */
  public StageRates of(StageSnapshot stage) {
    Objects.requireNonNull(stage, "stage must not be null");
    return stages.getOrDefault(stage.id(), StageRates.NONE);
  }

  /**
   * {@return events delivered on one subscription in a second; 0 if it was not in both snapshots}
   *
   * @param subscription which
   */
  public double of(SubscriptionSnapshot subscription) {
    Objects.requireNonNull(subscription, "subscription must not be null");
    return subscriptions.getOrDefault(subscription.id(), 0.0);
  }
}
