package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.Subscription;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;

/** F35: subscriptions made and given up from many threads at once. */
@Tag("races")
class SubscriptionStormTest extends CrashTest {
  private static final int THREADS = 8;
  private static final int EACH = 1250;

  private final AtomicInteger subscribed = new AtomicInteger();

  private final class Counting implements Stage.Consumer<Integer> {
    @Override
    public void onSubscribe(Inlet<Integer> from) {
      subscribed.incrementAndGet();
    }

    @Override
    public void onEvents(List<Integer> batch, Inlet<Integer> from) {}
  }

  private <T> List<T> onEach(List<ConsumerRef<Integer, Counting>> consumers,
      java.util.function.IntFunction<Callable<T>> task) throws Exception {
    List<Await.Other<T>> others =
        IntStream.range(0, consumers.size()).mapToObj(i -> new Await.Other<>(task.apply(i))).toList();
    List<T> results = new ArrayList<>();
    for (Await.Other<T> other : others) results.add(other.result());
    return results;
  }

  private static long usedHeap() {
    Runtime runtime = Runtime.getRuntime();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      System.gc();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  @Test
  void f35_areEachMetOnceAndCostLittle() throws Exception {
    ProducerRef<Integer, ?> silent = start(Stage.source("silent", Integer.class));
    List<ConsumerRef<Integer, Counting>> consumers = IntStream.range(0, THREADS)
        .mapToObj(i -> start(Stage.consumer("consumer-" + i, Counting::new))).toList();
    long before = usedHeap();
    List<List<Subscription>> all = onEach(consumers, i -> () -> {
      List<Subscription> mine = new ArrayList<>();
      for (int n = 0; n < EACH; n++) mine.add(consumers.get(i).subscribeTo(silent, Demand.max(10)));
      return mine;
    });
    Await.until(() -> subscribed.get() == THREADS * EACH, "each is met", silent);
    assertThat((usedHeap() - before) / (THREADS * EACH)).as("bytes for an idle subscription").isLessThan(4096);
    assertThat(silent.snapshot().outputs()).hasSize(THREADS * EACH);

    onEach(consumers, i -> () -> {
      all.get(i).forEach(Subscription::cancel);
      all.get(i).forEach(Subscription::cancel);   // again changes nothing
      return null;
    });
    Await.until(() -> silent.snapshot().outputs().isEmpty(), "all are given up", silent);
    for (ConsumerRef<Integer, Counting> consumer : consumers) assertThat(consumer.snapshot().inputs()).isEmpty();
    assertThat(subscribed).hasValue(THREADS * EACH);
    assertThat(consumers).allMatch(ConsumerRef::isAlive);
  }

  @Test
  void f35_mayComeAndGoWhileEventsFlow() throws Exception {
    var next = new AtomicInteger();
    ProducerRef<Integer, ?> numbers = start(Stage.producer("numbers", Integer.class, () -> (demand, out) -> {
      for (long i = 0; i < Math.min(demand, 100); i++) out.emit(next.getAndIncrement());
    }));
    List<ConsumerRef<Integer, Counting>> consumers = IntStream.range(0, THREADS)
        .mapToObj(i -> start(Stage.consumer("consumer-" + i, Counting::new))).toList();
    onEach(consumers, i -> () -> {
      for (int n = 0; n < EACH / 5; n++) consumers.get(i).subscribeTo(numbers, Demand.max(4)).cancel();
      return null;
    });
    Await.until(() -> numbers.snapshot().outputs().isEmpty(), "all are given up", numbers);
    assertThat(subscribed.get()).as("one that is given up at once need not be told")
        .isLessThanOrEqualTo(THREADS * EACH / 5);
    assertThat(consumers).allMatch(ConsumerRef::isAlive);
  }
}
