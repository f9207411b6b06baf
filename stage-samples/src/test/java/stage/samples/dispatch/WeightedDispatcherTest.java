package stage.samples.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.DispatchRule;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.SubscriptionSpec;
import stage.api.supervision.Supervisor;

class WeightedDispatcherTest {
  private final WeightedDispatcher dispatcher = new WeightedDispatcher();

  /** Subscriptions by their demands and weights. */
  private record Fixed(long[] demands, int[] weights) implements DispatchRule.Subscriptions {
    @Override
    public int count() {
      return demands.length;
    }

    @Override
    public long demand(int index) {
      return demands[index];
    }

    @Override
    public int weight(int index) {
      return weights[index];
    }
  }

  private int[] share(int events, long[] demands, int... weights) {
    int[] shares = new int[demands.length];
    dispatcher.share(events, new Fixed(demands, weights), shares);
    return shares;
  }

  @Nested
  class WhereAllHaveDemand {
    @Test
    void sharesARunByWeight() {
      assertThat(share(80, new long[] {100, 100}, 3, 1)).containsExactly(60, 20);
    }

    @Test
    void sharesEventsThatComeOneByOneByWeightToo() {
      int[] sums = new int[2];
      for (int i = 0; i < 80; i++) {
        int[] shares = share(1, new long[] {100, 100}, 3, 1);
        sums[0] += shares[0];
        sums[1] += shares[1];
      }

      assertThat(sums).containsExactly(60, 20);
    }
  }

  @Nested
  class WhereSomeHaveLittleDemand {
    @Test
    void givesTheRestToTheOthers() {
      assertThat(share(80, new long[] {10, 100}, 3, 1)).containsExactly(10, 70);
    }

    @Test
    void sharesNoMoreThanIsWanted() {
      assertThat(share(80, new long[] {10, 20}, 3, 1)).containsExactly(10, 20);
    }
  }

  @Nested
  class WhereSomebodyCameOrWent {
    @Test
    void beginsAnew() {
      share(5, new long[] {100, 100}, 3, 1);

      assertThat(share(6, new long[] {100, 100, 100}, 1, 1, 1)).containsExactly(2, 2, 2);
    }
  }

  @Nested
  class InAPipeline {
    private static final class Silent implements Stage.Producer<Integer> {
      @Override
      public void onDemand(long demand, Outlet<Integer> out) {}
    }

    private static final class Gatherer implements Stage.Consumer<Integer> {
      private final List<Integer> gathered = new ArrayList<>();

      @Override
      public void onEvents(List<Integer> events, Inlet<Integer> from) {
        gathered.addAll(events);
      }
    }

    @Test
    void givesEachEventToOneConsumerByTheWeightOfItsSubscription() throws Exception {
      var heavy = new Gatherer();
      var light = new Gatherer();
      try (var app = Supervisor.open("weighted")) {
        var numbers = app.start(Stage.producer("numbers", Silent::new).withDispatcher(Dispatcher.shared(dispatcher)));
        app.start(Stage.consumer("heavy", () -> heavy).subscribeTo(SubscriptionSpec.to(numbers).withWeight(3)));
        app.start(Stage.consumer("light", () -> light).subscribeTo(SubscriptionSpec.to(numbers)));
        numbers.castEmit((stage, out) -> {
          for (int i = 0; i < 400; i++) out.emit(i);
          out.complete();
        });
        app.join();
      }

      assertThat(heavy.gathered).hasSize(300).isSorted();
      assertThat(light.gathered).hasSize(100).isSorted();
      var all = new ArrayList<>(heavy.gathered);
      all.addAll(light.gathered);
      assertThat(all).containsExactlyInAnyOrderElementsOf(IntStream.range(0, 400).boxed().toList());
    }
  }
}
