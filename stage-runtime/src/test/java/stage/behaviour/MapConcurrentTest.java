package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.ConsumerRef;
import stage.api.DeadLetter;
import stage.api.Demand;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StopReason;
import stage.api.supervision.Intensity;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;
import stage.behaviour.support.PlannedCrashes;
import stage.behaviour.support.Lives;
import stage.behaviour.support.Parts.Sink;
import stage.behaviour.support.Parts.Source;

class MapConcurrentTest extends CrashTest {
  private final BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
  private final BlockingQueue<Integer> entered = new LinkedBlockingQueue<>();

  private ProducerRef<Integer, Source> source(int limit) {
    return start(Stage.producer("source", () -> new Source(new Lives(), new PlannedCrashes(), limit)));
  }

  private ConsumerRef<Integer, Sink> sink(ProducerRef<Integer, ?> from, Demand demand) {
    return start(
        Stage.consumer("sink", () -> new Sink(new Lives(), new PlannedCrashes(), handled)).subscribeTo(from, demand));
  }

  private static List<Integer> doubled(int limit) {
    return IntStream.range(0, limit).map(event -> 2 * event).boxed().toList();
  }

  @Nested
  class Ordered {
    @Test
    void emitsInTheOrderOfTheEventsHoweverTheyFinish() throws Exception {
      open(Intensity.of(3));
      var last = new AtomicInteger(-1);
      // Of each pair the first one waits for the second: they finish in turned order.
      var seconds = IntStream.range(0, 500).mapToObj(pair -> new CountDownLatch(1)).toList();
      var map = start(Stage.mapConcurrent("map", source(1000), 2, event -> {
        if (event % 2 == 0) seconds.get(event / 2).await();
        else seconds.get(event / 2).countDown();
        last.set(event);
        return 2 * event;
      }).withDemand(Demand.max(50)));
      assertThat(Await.end(sink(map, Demand.max(10)))).isEqualTo(new StopReason.Completed());
      assertThat(List.copyOf(handled)).isEqualTo(doubled(1000));
    }

    @Test
    void runsOnlyAsManyAsAreWanted() throws Exception {
      open(Intensity.of(3));
      var map = start(Stage.mapConcurrent("map", source(100), 8, event -> {
        entered.add(event);
        return 2 * event;
      }).withDemand(Demand.max(50)));
      var sink = start(Stage.consumer("sink", () -> new Sink(new Lives(), new PlannedCrashes(), handled)));
      sink.pause();
      sink.subscribeTo(map, Demand.max(3));
      assertThat(Await.next(3, entered, map)).containsExactlyInAnyOrder(0, 1, 2);
      Await.until(() -> map.snapshot().outputs().getFirst().inFlight() == 3, "all three are on their way", map);
      Await.answered(map);
      assertThat(entered).isEmpty();
      sink.resume();
      Await.end(sink);
      assertThat(List.copyOf(handled)).isEqualTo(doubled(100));
    }

    @Test
    void leavesOutWhatFailsAndKeepsTheOrderOfTheRest() throws Exception {
      open(Intensity.none());
      BlockingQueue<DeadLetter> letters = new LinkedBlockingQueue<>();
      var map = start(Stage.mapConcurrent("map", source(100), 4, event -> {
        if (event % 10 == 7) throw new IOException("seven");
        return 2 * event;
      }).withDeadLetters(letter -> letters.add(letter)));
      Await.end(sink(map, Demand.max(10)));
      assertThat(List.copyOf(handled)).isEqualTo(doubled(100).stream().filter(event -> event / 2 % 10 != 7).toList());
      assertThat(Await.next(10, letters)).extracting(DeadLetter::event).containsExactlyInAnyOrder(7, 17, 27, 37, 47, 57,
          67, 77, 87, 97);
    }

    @Test
    void takesNullForAFailure() throws Exception {
      open(Intensity.none());
      BlockingQueue<DeadLetter> letters = new LinkedBlockingQueue<>();
      var map = start(Stage.mapConcurrent("map", source(3), 4, event -> event == 1 ? null : event)
          .withDeadLetters(letter -> letters.add(letter)));
      Await.end(sink(map, Demand.max(10)));
      assertThat(handled).containsExactly(0, 2);
      assertThat(Await.next(1, letters).getFirst().cause()).isInstanceOf(NullPointerException.class)
          .hasMessageContaining("returned null");
    }

    @Test
    void losesAndDoublesNothingWhenItCrashes() throws Exception {
      open(Intensity.of(1000));
      var map = start(Stage.mapConcurrent("map", source(20_000), 4, event -> 2 * event).withDemand(Demand.max(50)));
      var sink = sink(map, Demand.max(10));
      for (int i = 0; i < 50 && map.isAlive(); i++) {
        map.kill();
        int enough = handled.size() + 100;
        Await.until(() -> handled.size() >= enough || !sink.isAlive(), "it goes on", map, sink);
      }
      Await.end(sink);
      assertThat(List.copyOf(handled)).isEqualTo(doubled(20_000));
      log.take();
    }
  }

  @Nested
  class Unordered {
    @Test
    void emitsAsTheyFinish() throws Exception {
      open(Intensity.of(3));
      var first = new CountDownLatch(1);
      var map = start(Stage.mapConcurrentUnordered("map", source(100), 2, event -> {
        if (event == 0) first.await();
        return 2 * event;
      }).withDemand(Demand.max(10)));
      var sink = sink(map, Demand.max(10));
      assertThat(Await.next(99, handled, map, sink)).containsExactlyInAnyOrderElementsOf(doubled(100).subList(1, 100));
      first.countDown();
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      assertThat(handled).containsExactly(0);
    }

    @Test
    void carriesTenThousandThroughRandomFailures() throws Exception {
      open(Intensity.none());
      Set<Integer> failed = ConcurrentHashMap.newKeySet();
      var map = start(Stage.mapConcurrentUnordered("map", source(10_000), 16, event -> {
        if (event * 7919 % 13 == 5 && failed.add(event)) throw new IOException("once");
        return 2 * event;
      }).withDemand(Demand.max(100)));
      Await.end(sink(map, Demand.max(100)));
      assertThat(handled).containsExactlyInAnyOrderElementsOf(doubled(10_000));
    }
  }
}
