package stage.runtime.observe;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stage.api.Demand;
import stage.api.FailedAnswer;
import stage.api.LastCrash;
import stage.api.RunSnapshot;
import stage.api.StageActivity;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;
import stage.api.WaitReason;
import stage.api.observe.SupervisorSnapshot;
import stage.api.observe.TreeSnapshot;

/** A small tree, written down by hand. */
final class SampleTrees {
  private SampleTrees() {}

  /** {@return a producer and a consumer that has crashed once} */
  static TreeSnapshot shop(Instant at, long nanos, long sent) {
    SubscriptionSnapshot lane = new SubscriptionSnapshot(7, "shop/prices", "shop/db-writer", Demand.max(1000), true,
        sent + 1000, 1000, sent,
        sent - 500, 500, 0, 0, 0, Duration.ofMillis(340), SubscriptionSnapshot.Share.ANY, false);
    var waits = new StageActivity(Duration.ofSeconds(60), 0, Optional.empty(), 42, Duration.ofSeconds(1),
        Duration.ofMillis(3), "onDemand", "",
        Duration.ZERO, Optional.of(WaitReason.DEMAND), Duration.ofSeconds(12), Map.of(WaitReason.DEMAND,
            Duration.ofNanos(nanos / 2)), 1, 31);
    var writes = new StageActivity(Duration.ofSeconds(30), 1,
        Optional.of(new LastCrash("java.sql.SQLException", "onEvents", 1, Duration.ofSeconds(30))), 21,
            Duration.ofSeconds(20),
        Duration.ofSeconds(12), "onEvents", "onEvents", Duration.ofMillis(12_345), Optional.empty(), Duration.ZERO,
            Map.of(), 1, 32);
    var prices = new StageSnapshot(1, "shop/prices", StageSnapshot.Kind.PRODUCER, StageSnapshot.Status.RUNNING, 1,
        "DEMAND", 0, 17, sent + 17, 0,
        0, 0, 0, 0, waits, Optional.empty(), Optional.of(new StageSnapshot.Feed("demand", List.of())), List.of(),
        List.of(lane));
    var writer = new StageSnapshot(2, "shop/db-writer", StageSnapshot.Kind.CONSUMER, StageSnapshot.Status.RUNNING, 2,
        "RUNNING", 1, 0, 0, 0, 0, 3,
        0, 0, writes,
        Optional.of(new RunSnapshot("by event time → tumbling PT1M count", 5, Duration.ZERO,
            Optional.of(at.minusSeconds(75)), 3, 4, 5, 6, 7, 8,
            Optional.of(new FailedAnswer("settle of prices", "java.io.IOException", 9, 2, Duration.ofMillis(1_234))),
            Optional.of("shop/prices"))), Optional.empty(), List.of(lane), List.of());
    return new TreeSnapshot("shop", at, nanos, List.of(prices, writer), List.of(lane),
        List.of(new SupervisorSnapshot("shop", "ONE_FOR_ONE", false, 2, 1, 1, 0, Optional.empty())), List.of());
  }
}
