package stage.samples.cookbook;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import stage.api.pipeline.Pipeline;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;

/** Takes orders until the process is told to exit, and handles all that it has taken before it does. */
public final class DrainOnExit {
  private DrainOnExit() {}

  /**
   * Runs until {@code SIGTERM} or Ctrl-C.
   *
   * @param arguments none
   */
  public static void main(String... arguments) throws InterruptedException {
    AtomicLong taken = new AtomicLong();
    AtomicLong handled = new AtomicLong();
    var spec = SupervisorSpec.of("shop")
        .withDrainOnExit(report -> System.out.println("taken " + taken + ", handled " + handled));
    try (var shop = Supervisor.open(spec)) {
      Pipeline.<Long>generate(orders -> {
        System.out.println("taking orders");
        while (true) {
          orders.emit(taken.get());
          taken.incrementAndGet();
        }
      })
          .throttle(5_000, Duration.ofSeconds(1))
          .mapConcurrent(8, order -> "order " + order)
          .forEach(order -> handled.incrementAndGet())
          .start(shop, "orders")
          .join();
    }
  }
}
