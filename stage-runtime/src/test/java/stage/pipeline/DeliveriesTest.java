package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerConsumerSpec;
import stage.api.Stage;
import stage.api.StageEndedException;
import stage.api.pipeline.Delivery;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Partitions;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.PipelineRefusedException;
import stage.api.pipeline.Report;
import stage.api.pipeline.Settling;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.testkit.SimulatedRuntime;

class DeliveriesTest {
  private static List<Integer> upTo(int n) {
    return IntStream.range(0, n).boxed().toList();
  }

  @Nested
  class AreAnsweredFor {
    @Test
    void k08_onceEverythingIsHandled() throws Exception {
      var queue = new TestQueue(1_000);
      List<Integer> seen = new ArrayList<>();
      Report report = Pipeline.deliveries(queue, Settling.inFlight(100)).map(n -> n + 1).async()
          .flatMap(n -> List.of(n, n)).forEach(seen::add).run("deliveries");
      assertThat(seen).hasSize(2_000);
      assertThat(queue.acked).containsExactlyInAnyOrderElementsOf(upTo(1_000));
      assertThat(queue.nacked).isEmpty();
      assertThat(queue.mostOpen).isLessThanOrEqualTo(100);
      assertThat(queue.stops).isOne();
      assertThat(report.deliveries()).containsExactly(new Report.Deliveries("deliveries", 0, 1_000, 0, 0));
    }

    @Test
    void withTheirCauseIfTheyFail() throws Exception {
      var queue = new TestQueue(100);
      Pipeline.deliveries(queue, Settling.inFlight(10)).map(n -> {
        if (n % 10 == 3) throw new IllegalArgumentException("three");
        return n;
      }).onFailure(OnFailure.deadLetter()).async().filter(n -> n % 2 == 0).forEach(n -> {}).run("deliveries");
      assertThat(queue.acked).hasSize(90);
      assertThat(queue.nacked).hasSize(10);
      assertThat(queue.nacked.get(13)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whenTheEngineGivesThemUp() {
      SimulatedRuntime.withSeeds(1, 5).run(simulated -> {
        var queue = new TestQueue(10);
        List<Object> letters = new ArrayList<>();
        Pipeline.deliveries(queue, Settling.inFlight(10)).map(n -> {
          if (n == 3) throw new AssertionError("crashes each time");
          return n;
        }).onFailure(OnFailure.deadLetter(letter -> letters.add(letter.event()))).forEach(n -> {})
            .withIntensity(Intensity.of(100, Duration.ofSeconds(1))).run("deliveries");
        assertThat(queue.acked).hasSize(9);
        assertThat(queue.nacked.get(3)).isInstanceOf(AssertionError.class);
        assertThat(letters).containsExactly(3);
      });
    }

    @Test
    void inGroups() {
      SimulatedRuntime.withSeeds(1, 10).run(simulated -> {
        var queue = new TestQueue(10);
        Pipeline.deliveries(queue, Settling.inFlight(100).batches(4, Duration.ofSeconds(9))).forEach(n -> {})
            .run("deliveries");
        assertThat(queue.groups).containsExactly(4, 4, 2);
      });
    }

    @Test
    void againIfTheAnswerFailsWhileOthersGoOn() {
      SimulatedRuntime.withSeeds(1, 10).run(simulated -> {
        List<Integer> first = new ArrayList<>();
        var queue = new TestQueue(20) {
          private int failures = 3;

          @Override
          public void settle(List<Delivery<Integer>> acks, List<Nacked<Integer>> nacks) throws Exception {
            acks.forEach(each -> first.add(each.payload()));
            boolean isOfZero = acks.stream().anyMatch(each -> each.payload() == 0);
            if (isOfZero && failures-- > 0) throw new java.io.IOException("the broker is away");
            super.settle(acks, nacks);
          }
        };
        Pipeline.deliveries(queue, Settling.inFlight(100).batches(5, Duration.ZERO)).forEach(n -> {}).run("job");
        assertThat(queue.acked).containsExactlyInAnyOrderElementsOf(upTo(20));
        assertThat(first.stream().filter(n -> n == 0)).hasSize(4);
        assertThat(queue.acked.getFirst()).as("others were not held up").isNotZero();
      });
    }

    @Test
    void byTheirOwnSource() throws Exception {
      var one = new TestQueue(30);
      var other = new TestQueue(20);
      Report report = Pipeline.merge(Pipeline.deliveries(one, Settling.inFlight(50)).named("one"),
          Pipeline.deliveries(other, Settling.inFlight(50)).named("other")).batch(7).forEach(list -> {}).run();
      assertThat(one.acked).containsExactlyInAnyOrderElementsOf(upTo(30));
      assertThat(other.acked).containsExactlyInAnyOrderElementsOf(upTo(20));
      assertThat(report.deliveries()).extracting(Report.Deliveries::acked).containsExactlyInAnyOrder(30L, 20L);
    }

    @Test
    void whenAReducerHasThem() throws Exception {
      var queue = new TestQueue(100);
      assertThat(Pipeline.deliveries(queue, Settling.inFlight(5).absorbed()).count().run()).isEqualTo(100);
      assertThat(queue.acked).hasSize(100);
    }
  }

  @Nested
  class OfASourceThatCrashes {
    @Test
    void areHandledAllTheSame() {
      SimulatedRuntime.withSeeds(1, 10).run(simulated -> {
        var queue = new TestQueue(20) {
          private int calls;

          @Override
          public void receive(long demand, Outlet<Delivery<Integer>> out) throws Exception {
            super.receive(demand, out);
            if (++calls == 2) throw new java.io.IOException("the connection is lost");
          }
        };
        Pipeline.deliveries(queue, Settling.inFlight(7)).forEach(n -> {}).run("job");
        assertThat(queue.starts).isEqualTo(2);
        assertThat(queue.acked).containsExactlyInAnyOrderElementsOf(upTo(20));
      });
    }
  }

  @Nested
  class OfAPartitionedSourceThatCrashes {
    @Test
    void comeAgainAlthoughItHadSaidThatThereAreNoMore() {
      SimulatedRuntime.withSeeds(1, 5).run(simulated -> {
        var topic = new TestTopic(2, 10) {
          private boolean hasCrashed;

          @Override
          public void receive(long wanted, Partitions<String, Integer> to) {
            super.receive(wanted, to);
            if (hasCrashed || next.values().stream().anyMatch(position -> position < 10)) return;
            hasCrashed = true;
            throw new IllegalStateException("the connection is lost");
          }
        };
        Pipeline.deliveries(topic, Settling.inFlight(100)).forEach(topic.seen::add).run("job");
        assertThat(topic.starts).isEqualTo(2);
        assertThat(topic.committed.values()).containsOnly(10L);
        assertThat(topic.wrong).isEmpty();
      });
    }
  }

  @Nested
  class WhenTheJobEnds {
    @Test
    void earlyAllThatCameOutIsAnswered() {
      SimulatedRuntime.withSeeds(1, 10).run(simulated -> {
        var queue = new TestQueue(1_000);
        Pipeline.deliveries(queue, Settling.inFlight(50)).take(10).forEach(n -> {}).run("job");
        assertThat(queue.acked.size() + queue.nacked.size()).isEqualTo(queue.handedOut).isBetween(10, 100);
        assertThat(queue.acked).containsAll(upTo(10));
        assertThat(queue.nacked.values()).allMatch(StageEndedException.class::isInstance);
        assertThat(queue.stops).isOne();
      });
    }

    @Test
    void becauseAStageFailedWhatIsNotDoneIsNackedOnce() {
      SimulatedRuntime.withSeeds(1, 10).run(simulated -> {
        var queue = new TestQueue(100);
        assertThatThrownBy(() -> Pipeline.deliveries(queue, Settling.inFlight(50)).async().map(n -> {
          if (n == 30) throw new IllegalStateException("broken");
          return n;
        }).onFailure(OnFailure.crash()).forEach(n -> {}).withIntensity(Intensity.of(1, Duration.ofSeconds(5)))
            .run("job")).isInstanceOf(StageFailedException.class);
        assertThat(queue.acked.size() + queue.nacked.size()).isEqualTo(queue.handedOut);
        assertThat(queue.nacked).containsKey(30);
        assertThat(queue.nacked.values()).allMatch(StageEndedException.class::isInstance);
        assertThat(queue.stops).isOne();
      });
    }

    /** Nobody is left to settle them, so their source is told at once, and not when the time to drain is over. */
    @Test
    void becauseAStageFailedNobodyWaitsForAnswersThatCannotComeAnyMore() {
      SimulatedRuntime.withSeeds(1, 20).run(simulated -> {
        var queue = new TestQueue(100);
        Supervisor scope = Supervisor.open(SupervisorSpec.of("app").withShutdown(Duration.ofHours(1)));
        long begin = scope.tree().nanos();
        var job = Pipeline.deliveries(queue, Settling.inFlight(50).absorbed()).async().map(n -> {
          if (n == 30) throw new IllegalStateException("broken");
          return n;
        }).onFailure(OnFailure.crash()).mapConcurrent(2, n -> n).to(Stage.consumer("own", Ignoring::new))
            .withIntensity(Intensity.none()).start(scope, "job");
        assertThatThrownBy(job::join).isInstanceOf(StageFailedException.class);
        assertThat(Duration.ofNanos(scope.tree().nanos() - begin)).isLessThan(Duration.ofSeconds(1));
        assertThat(queue.acked.size() + queue.nacked.size()).isEqualTo(queue.handedOut);
        scope.drain(Duration.ZERO);
      });
    }

    private static final class Ignoring implements Stage.Consumer<Integer> {
      @Override
      public void onEvents(List<Integer> events, Inlet<Integer> from) {}
    }

    @Test
    void becauseItIsStoppedEverythingOnItsWayIsHandled() throws Exception {
      var queue = new TestQueue(Integer.MAX_VALUE);
      try (Supervisor scope = Supervisor.open("app")) {
        var many = new java.util.concurrent.CountDownLatch(1_000);
        var job = Pipeline.deliveries(queue, Settling.inFlight(100)).async().batch(10)
            .forEach(list -> many.countDown()).start(scope, "job");
        many.await();
        job.stop();
        assertThat(job.join().deliveries().getFirst().open()).isZero();
      }
      assertThat(queue.acked.size() + queue.nacked.size()).isEqualTo(queue.handedOut);
      assertThat(queue.nacked.values()).allMatch(StageEndedException.class::isInstance);
    }
  }

  @Nested
  class AreRefused {
    private void refused(stage.api.pipeline.Job<?> job, String... words) {
      assertThatThrownBy(job::run).isInstanceOf(PipelineRefusedException.class).hasMessageContainingAll(words);
    }

    private Pipeline<Integer> all() {
      return Pipeline.deliveries(new TestQueue(1), Settling.inFlight(10));
    }

    @Test
    void withAReducerInABranch() {
      refused(all().alsoTo(branch -> branch.count()).forEach(n -> {}), "step \"deliveries\"", "absorbed");
    }

    @Test
    void withAStageOfOnesOwn() {
      ProducerConsumerSpec<Integer, Integer, ?> same = Stage.mapConcurrent("same", 1, n -> n);
      refused(all().via(same).forEach(n -> {}), "step \"deliveries\"", "\"via\"", "absorbed");
    }

    @Test
    void withBatchesInWorkersThatKeepMoreThanThereMayBe() {
      refused(all().parallel(4, part -> part.batch(5)).forEach(list -> {}), "step \"deliveries\"", "16");
    }
  }
}
