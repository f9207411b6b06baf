package stage.samples.bench;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import stage.api.Demand;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.SubscriptionSnapshot;
import stage.api.supervision.Supervisor;

/** What it costs to be looked at. */
final class Watched {
  private static final long BETWEEN_LOOKS_NANOS = 500_000_000;

  private Watched() {}

  /**
   * Two hops in a scope that is watched, and of which a snapshot is taken twice a second: as by an open page. In each
   * of them, every ledger must add up.
   */
  static long hops(Demand demand, long events) throws Exception {
    var total = new LongAdder();
    var over = new AtomicBoolean();
    var unbalanced = new AtomicBoolean();
    try (var app = Supervisor.open("bench")) {
      app.watch();   // until the scope closes
      Thread looker = Thread.ofPlatform().daemon().start(() -> {
        while (!over.get()) {
          if (!app.tree().subscriptions().stream().allMatch(SubscriptionSnapshot::isBalanced)) unbalanced.set(true);
          LockSupport.parkNanos(BETWEEN_LOOKS_NANOS);
        }
      });
      ProducerRef<Long, ?> numbers = app.start(Stage.producer("numbers", () -> new Stages.Numbers(events)));
      ProducerRef<Long, ?> relay =
          app.start(Stage.producerConsumer("relay1", Stages.Relay::new).subscribeTo(numbers, demand));
      app.start(Stage.consumer("sum", () -> new Stages.Adder(total)).subscribeTo(relay, demand));
      app.join();
      over.set(true);
      LockSupport.unpark(looker);
    }
    return unbalanced.get() ? -1 : total.sum();   // a wrong result
  }
}
