package stage.runtime.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import stage.api.SubscriptionSnapshot;

@Tag("races")
class LaneStressTest {
  @Test
  void carriesEventsInOrderBetweenTwoThreadsAndShowsABalancedLedgerToAThird() throws Exception {
    run(100_000);
  }

  @Test
  @Tag("stress")
  void doesSoForLong() throws Exception {
    run(50_000_000);
  }

  private static void run(int last) throws Exception {
    int max = 200;
    Lane<Integer> lane = Lanes.lane(Lanes.end("test/producer"), Lanes.end("test/consumer"), max);
    var wrong = new AtomicReference<Object>();
    Thread producer = Thread.ofPlatform().start(() -> {
      int sent = 0;
      while (sent < last && wrong.get() == null) {
        int count = (int) Math.min(Math.min(lane.demand(), last - sent), sent % 70 + 1);
        if (count > 0) lane.publish(Lanes.events(sent, sent += count), 0, count);
      }
    });
    Thread watcher = Thread.ofPlatform().start(() -> {
      long sent = 0;
      while (sent < last && wrong.get() == null) {
        SubscriptionSnapshot now = lane.snapshot();
        if (!now.isBalanced() || now.sent() < sent) wrong.set(now);
        sent = now.sent();
      }
    });
    int next = 0;
    while (next < last && wrong.get() == null) {
      if (lane.available() == 0) continue;
      for (int event : lane.take(next % 50 + 1)) if (event != next++) wrong.set(event + " instead of " + (next - 1));
      int handled = (int) (next - lane.settled());
      lane.settle(handled, 0, 0, next + max);
    }
    producer.join();
    watcher.join();
    assertThat(wrong.get()).isNull();
    assertThat(lane.snapshot().handled()).isEqualTo(last);
  }
}
