package stage.runtime.observe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;
import stage.api.WaitReason;
import stage.api.observe.Finding;
import stage.api.observe.TreeRates;
import stage.api.observe.TreeSnapshot;

/**
 * Finds what limits a tree that is not stuck: the stage that is the bottleneck, and partitions that are uneven.
 */
final class Slow {
  private static final double BUSY = 0.5;
  private static final double SHORT_OF_DEMAND = 0.1;
  private static final double FULL = 0.8;
  private static final int UNEVEN = 2;
  private static final long MANY = 1_000;
  private static final int GROUP = 3;

  private final TreeSnapshot tree;
  private final TreeRates rates;
  private final Looks looks;
  private final Map<String, Duration> inOneCallback;
  private final double seconds;
  private final Map<String, StageSnapshot> before = new HashMap<>();
  private final Map<String, StageSnapshot> stages = new HashMap<>();

  private Slow(TreeSnapshot first, TreeSnapshot tree, Looks looks, Map<String, Duration> inOneCallback) {
    this.tree = tree;
    this.seconds = Math.max(1, tree.nanos() - first.nanos()) / 1e9;
    this.looks = looks;
    this.inOneCallback = inOneCallback;
    this.rates = TreeRates.between(first, tree);
    first.stages().forEach(stage -> before.put(stage.path(), stage));
    tree.stages().forEach(stage -> stages.put(stage.path(), stage));
  }

  /**
   * {@return the bottleneck, if there is one, then uneven groups}
   *
   * @param first the numbers some time ago
   * @param tree the numbers now
   * @param looks finds what the thread of the bottleneck does
   * @param inOneCallback stages that have been in one callback all the time, and how long it has lasted
   */
  static List<Finding> find(TreeSnapshot first, TreeSnapshot tree, Looks looks, Map<String, Duration> inOneCallback) {
    var slow = new Slow(first, tree, looks, inOneCallback);
    List<Finding> found = new ArrayList<>();
    slow.bottleneck().ifPresent(found::add);
    for (StageSnapshot stage : tree.stages()) slow.skew(stage).ifPresent(found::add);
    return found;
  }

  // ---- the bottleneck

  private Optional<Finding> bottleneck() {
    StageSnapshot limit = null;
    for (String path : inOneCallback.keySet()) {
      StageSnapshot stage = stages.get(path);
      if (stage != null && holdsUp(stage) && (limit == null || isLonger(path, limit.path()))) limit = stage;
    }
    if (limit != null) {
      return Optional.of(describe(limit, 1, capacity(limit, inOneCallback.get(limit.path()))));
    }
    for (StageSnapshot stage : tree.stages()) {
      double rate = withinCallback(stage);
      if (rate > 0 && busy(stage) >= BUSY && holdsUp(stage)) return Optional.of(describe(stage, busy(stage), rate));
    }
    for (StageSnapshot stage : tree.stages()) {
      if (busy(stage) < BUSY || !isLimit(stage)) continue;
      // In start order, which follows the events: of two stages about as busy, the one downstream is the limit.
      if (limit == null || busy(stage) > busy(limit) - 0.01) limit = stage;
    }
    if (limit == null) return Optional.empty();
    double through = limit.inputs().isEmpty() ? rates.of(limit).out() : rates.of(limit).in();
    return Optional.of(describe(limit, busy(limit), through / busy(limit)));
  }

  private boolean isLonger(String one, String other) {
    return inOneCallback.get(one).compareTo(inOneCallback.get(other)) > 0;
  }

  /** {@return whether the stages before it wait for it or, if it is a source, those behind it} */
  private boolean holdsUp(StageSnapshot stage) {
    if (!stage.inputs().isEmpty()) return stage.inputs().stream().anyMatch(lane -> isHeldUp(lane.producer()));
    return stage.outputs().stream().map(SubscriptionSnapshot::consumer).map(stages::get)
        .anyMatch(consumer -> consumer != null && waits(consumer, WaitReason.EVENTS) > 0.5);
  }

  /** {@return how many events a second a stage can handle whose callbacks take this long; 0 if nothing is known} */
  private static double capacity(StageSnapshot stage, Duration callback) {
    int others = stage.activity().threads() - 1;   // each handles one event
    if (others > 0) return others / (callback.toNanos() / 1e9);
    long turns = stage.activity().turns() - 1;   // the present one is not over
    long handled = stage.eventsEmitted();
    if (!stage.inputs().isEmpty()) {
      handled = 0;
      for (SubscriptionSnapshot lane : stage.inputs()) handled += lane.sent() - lane.inFlight();
    }
    return turns <= 0 ? 0 : (double) handled / turns / (callback.toNanos() / 1e9);
  }

  /** {@return how many elements a stage takes in a second within a callback that has not returned; 0 if it has} */
  private double withinCallback(StageSnapshot stage) {
    StageSnapshot old = before.get(stage.path());
    if (old == null || old.id() != stage.id() || old.run().isEmpty() || stage.run().isEmpty()) return 0;
    if (!stage.activity().isInCallback() || old.activity().turns() != stage.activity().turns()) return 0;
    return (stage.run().get().progress() - old.run().get().progress()) / seconds;
  }

  private double busy(StageSnapshot stage) {
    return rates.of(stage).busy();
  }

  /**
   * {@return whether other stages wait for it: those before it for demand or, if it is the source, those behind it for
   * events}
   */
  private boolean isLimit(StageSnapshot stage) {
    if (stage.inputs().isEmpty()) {
      return rates.of(stage).out() > 0 && stage.outputs().stream().map(SubscriptionSnapshot::consumer)
          .map(stages::get).allMatch(consumer -> consumer != null && waits(consumer, WaitReason.EVENTS) > 0.5);
    }
    if (rates.of(stage).in() == 0) return false;
    return stage.inputs().stream().anyMatch(lane -> isHeldUp(lane.producer())
        || lane.inFlight() >= FULL * lane.demand().max());
  }

  private boolean isHeldUp(String producer) {
    StageSnapshot stage = stages.get(producer);
    return stage != null && waits(stage, WaitReason.DEMAND) > SHORT_OF_DEMAND;
  }

  private double waits(StageSnapshot stage, WaitReason reason) {
    return rates.of(stage).waits().getOrDefault(reason, 0.0);
  }

  private Finding describe(StageSnapshot limit, double busy, double capacity) {
    TreeRates.StageRates of = rates.of(limit);
    double amplification = limit.outputs().isEmpty() || of.in() == 0 ? 0 : of.out() / of.in();
    Optional<StageSnapshot> next = tree.stages().stream()
        .filter(stage -> stage != limit && rates.of(stage).in() + rates.of(stage).out() > 0)
        .max(Comparator.comparingDouble(this::busy));
    // All rates grow by the same factor until that one is busy all the time.
    double gain = next.map(stage -> Math.max(1, 1 / Math.max(busy(stage), 0.001))).orElse(1.0);
    return new Finding.Bottleneck(limit.path(), busy, capacity, amplification,
        next.map(StageSnapshot::path), gain, looks.isThrottling(limit.path()));
  }

  // ---- uneven groups

  /** By everything sent since the start: over a short time, a stage that is given one batch looks as if it got all. */
  private Optional<Finding> skew(StageSnapshot producer) {
    boolean isPartitioned = producer.feed().map(feed -> feed.dispatch().equals("partition")).orElse(false);
    if (!isPartitioned || producer.outputs().size() < GROUP) return Optional.empty();
    List<SubscriptionSnapshot> lanes = producer.outputs().stream()
        .sorted(Comparator.comparingLong(SubscriptionSnapshot::sent)).toList();
    SubscriptionSnapshot most = lanes.getLast();
    SubscriptionSnapshot median = lanes.get((lanes.size() - 1) / 2);
    if (most.sent() < MANY || most.sent() <= UNEVEN * median.sent()) return Optional.empty();
    return Optional.of(new Finding.Skew(producer.path(), most.consumer(), most.share().partition().orElse(""),
        rates.of(most), rates.of(median)));
  }
}
