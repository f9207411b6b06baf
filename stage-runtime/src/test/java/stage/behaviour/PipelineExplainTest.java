package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.observe.Explanation;
import stage.api.observe.Finding;
import stage.api.observe.TreeSnapshot;
import stage.api.pipeline.Delivery;
import stage.api.pipeline.DeliverySource;
import stage.api.pipeline.Job;
import stage.api.pipeline.PartitionedSource;
import stage.api.pipeline.Partitions;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Running;
import stage.api.pipeline.Settling;
import stage.api.pipeline.Windows;
import stage.api.supervision.Supervisor;
import stage.behaviour.support.Await;
import stage.runtime.observe.Explained;
import stage.runtime.testkit.SimulatedRuntime;

/** Why a pipeline stands still. */
class PipelineExplainTest {
  private static final int TRIES = 60;

  private final CountDownLatch release = new CountDownLatch(1);
  private final Supervisor app = Supervisor.open("shop");

  @AfterEach
  void letGo() {
    release.countDown();
    app.drain(Duration.ofMillis(100));
  }

  /** It takes some time until everybody stands where they are going to. */
  private Finding.RootCause rootCause(Predicate<Finding.RootCause> fits) {
    Explanation last = Explained.soon(app);
    for (int i = 0; i < TRIES; i++) {
      for (Finding finding : last.findings()) {
        if (finding instanceof Finding.RootCause cause && fits.test(cause)) {
          assertThat(last.findings()).as("nobody else is accused: %s", last)
              .filteredOn(found -> !(found instanceof Finding.Bottleneck || found instanceof Finding.Closing))
              .hasSize(1);
          return cause;
        }
      }
      last = Explained.soon(app);
    }
    throw new AssertionError(last + "\n" + app.tree());
  }

  /** Always has another delivery, and never completes. */
  private static class Endless implements DeliverySource<Integer> {
    int next;

    @Override
    public void receive(long demand, Outlet<Delivery<Integer>> out) {
      for (long i = 0; i < demand; i++) out.emit(new Delivery<>(next, next++));
    }

    @Override
    public void settle(List<Delivery<Integer>> acked, List<Nacked<Integer>> nacked) throws IOException {}
  }

  @Nested
  class ASourceOfDeliveries {
    @Test
    void x26_withAllOpenBlamesWhoHasThem() {
      Pipeline.deliveries(new Endless(), Settling.inFlight(10)).forEach(n -> release.await()).start(app, "orders");

      Finding.RootCause cause = rootCause(found -> found.kind() == Finding.Kind.IN_CALLBACK
          && !found.victims().isEmpty());
      assertThat(cause.culprit()).isEqualTo("shop/orders/forEach");
      assertThat(cause.victims()).extracting(Finding.Victim::stage).containsExactly("shop/orders/deliveries");
    }

    @Test
    void x42_withAllOpenForWindowsNamesThoseThatKeepThem() {
      Pipeline.deliveries(new Endless(), Settling.inFlight(10))
          .eventTime(n -> Instant.EPOCH.plusMillis(n), Duration.ofSeconds(1))
          .keyBy(n -> n % 3).window(Windows.tumbling(Duration.ofHours(1))).count().forEach(pane -> {})
          .start(app, "orders");

      Finding.RootCause cause = rootCause(found -> found.kind() == Finding.Kind.DELIVERIES_OPEN);
      assertThat(cause.sentence()).contains("`shop/orders/deliveries` has handed out 10 deliveries, some of them for"
          + " windows that `shop/orders/eventTime` has not ended, and may hand out no more before one is settled");
    }

    /** Such as a broker that is gone: it is told again and again, and does not take it. */
    private static final class Unreachable extends Endless {
      private final long most;
      private final CountDownLatch told = new CountDownLatch(2);

      Unreachable(long most) {
        this.most = most;
      }

      @Override
      public void receive(long demand, Outlet<Delivery<Integer>> out) {
        super.receive(Math.min(demand, most - next), out);
        if (next == most && most < 10) out.complete();
      }

      @Override
      public void settle(List<Delivery<Integer>> acked, List<Nacked<Integer>> nacked) throws IOException {
        told.countDown();
        throw new ConnectException("SECRET-4711");
      }
    }

    @Test
    void x47_thatCannotBeAnsweredSaysWhatThrows() {
      Settling how = Settling.inFlight(10).batches(5, Duration.ofMillis(10));
      Pipeline.deliveries(new Unreachable(Long.MAX_VALUE), how).forEach(n -> {}).start(app, "orders");

      Finding.RootCause cause = rootCause(found -> found.kind() == Finding.Kind.ANSWERS_FAIL
          && found.detail().startsWith("10 ") && !found.victims().isEmpty());
      assertThat(cause.sentence()).matches("`shop/orders/forEach` has had no events for .* because"
          + " `shop/orders/deliveries` cannot answer for 10 deliveries, because settle of deliveries has thrown"
          + " java\\.net\\.ConnectException [0-9]+ times and is called again; that has gone on for .*")
          .doesNotContain("SECRET");
    }

    @Test
    void x47_thatHasEndedAndCannotBeAnsweredSaysWhatThrowsToo() throws InterruptedException {
      var source = new Unreachable(3);
      Settling how = Settling.inFlight(10).batches(3, Duration.ofMillis(10));
      Pipeline.deliveries(source, how).forEach(n -> {}).start(app, "orders");

      Await.open(source.told);
      Finding.RootCause cause = rootCause(found -> found.kind() == Finding.Kind.ANSWERS_FAIL);
      assertThat(cause.culprit()).isEqualTo("shop/orders/deliveries-answers");
      assertThat(cause.detail()).startsWith("3 deliveries, because settle of deliveries has thrown java.net.Connect");
    }

    /** What it is answered does not hold it up: others have its deliveries. */
    @Test
    void x47_whosePositionsAreNotTakenIsNotBlamedForWhoHasItsDeliveries() {
      PartitionedSource<String, Integer> topic = new PartitionedSource<>() {
        private int next;

        @Override
        public void receive(long demand, Partitions<String, Integer> out) {
          for (long i = 0; i < demand; i++) out.emit("p", next, next++);
        }

        @Override
        public void commit(Map<String, Long> positions) throws IOException {
          throw new ConnectException("SECRET-4711");
        }
      };
      Pipeline.deliveries(topic, Settling.inFlight(10).batches(1, Duration.ofMillis(10))).forEach(n -> {
        if (n == 5) release.await();
      }).start(app, "orders");

      Finding.RootCause cause = rootCause(found -> found.kind() == Finding.Kind.IN_CALLBACK);
      assertThat(cause.culprit()).isEqualTo("shop/orders/forEach");
    }

    @Test
    void x26_whoseAnswersGoOnIsNotAccused() {
      Running<?> orders =
          Pipeline.deliveries(new Endless(), Settling.inFlight(10)).forEach(n -> {}).start(app, "orders");
      for (int i = 0; i < 10; i++) {
        Explanation explanation = app.explain();
        assertThat(explanation.isFlowing()).as("%s", explanation).isTrue();
      }
      orders.stop();
    }
  }

  @Nested
  class AStepWithSeveralInputs {
    private Pipeline<Integer> silent() {
      return Pipeline.generate((Stage.Generator<Integer>) out -> release.await()).named("silent");
    }

    private Pipeline<Integer> lively() {
      return Pipeline.<Integer>generate(out -> {
        for (int i = 0; ; i++) out.emit(i);
      }).named("lively");
    }

    @Test
    void x43_thatWaitsForAnEmptyQueueSaysSo() {
      Pipeline<Integer> queue = Pipeline.from(Stage.ofQueue("queue", new LinkedBlockingQueue<Integer>(10)));
      lively().zip(queue, Integer::sum).forEach(n -> {}).start(app, "zipped");

      Finding.RootCause cause = rootCause(found -> !found.victims().isEmpty());
      assertThat(cause.detail()).startsWith("its steps `from (PipelineExplainTest.java:")
          .endsWith("`, in `LinkedBlockingQueue.take`");
    }

    @Test
    @SuppressWarnings("unchecked")   // an array of pipelines
    void x27_thatMergesInOrderWaitsForTheSilentOne() {
      Pipeline.mergeSorted(Comparator.<Integer>naturalOrder(), lively(), silent())
          .forEach(n -> {}).start(app, "merged");

      Finding.RootCause cause = rootCause(found -> found.culprit().endsWith("silent")
          && !found.victims().isEmpty());
      assertThat(cause.kind()).isEqualTo(Finding.Kind.IN_CALLBACK);
      assertThat(cause.victims()).extracting(Finding.Victim::stage).anyMatch(victim -> victim.contains("mergeSorted"));
    }

    @Test
    void x27_thatZipsWaitsForTheSilentOne() {
      lively().zip(silent(), Integer::sum).forEach(n -> {}).start(app, "zipped");

      Finding.RootCause cause = rootCause(found -> found.culprit().endsWith("silent")
          && !found.victims().isEmpty());
      assertThat(cause.kind()).isEqualTo(Finding.Kind.IN_CALLBACK);
      assertThat(cause.victims()).isNotEmpty();
    }
  }

  @Nested
  class AThrottle {
    private Pipeline<Integer> numbers() {
      return Pipeline.<Integer>generate(out -> {
        for (int i = 0; ; i++) out.emit(i);
      }).named("numbers");
    }

    @Test
    void x41_isTheLimitOnPurpose() {
      numbers().throttle(100, Duration.ofSeconds(1)).map(n -> n + 1).forEach(n -> {}).start(app, "job");

      Explanation last = app.explain();
      for (int i = 0; i < TRIES && !last.toString().contains("told to throttle"); i++) last = app.explain();
      assertThat(last.toString()).matches("`shop/job/throttle` lets [0-9,]+ events a second through, and no more,"
          + " because it was told to throttle");
    }

    @Test
    void x41_thatLetsNothingThroughForLongSaysSo() {
      numbers().throttle(1, Duration.ofSeconds(30)).forEach(n -> {}).start(app, "job");

      Finding.RootCause cause = rootCause(found -> found.kind() == Finding.Kind.THROTTLED
          && !found.victims().isEmpty());
      assertThat(cause.sentence()).matches("`shop/job/numbers` has had no demand for .* because `shop/job/throttle`"
          + " throttles, as it was told to, and lets no more through yet");
      assertThat(cause.isStuck()).as("it does what it is meant to do").isFalse();
    }
  }

  @Nested
  class WindowsOfTime {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private Pipeline<Integer> lively() {
      return Pipeline.<Integer>generate(out -> {
        for (int i = 0; ; i++) out.emit(i);
      }).named("lively").eventTime(n -> Instant.EPOCH.plusMillis(n), SECOND);
    }

    private Pipeline<Integer> silent() {
      return Pipeline.<Integer>generate(out -> release.await()).named("silent")
          .eventTime(n -> Instant.EPOCH.plusMillis(n), SECOND);
    }

    @Test
    void x28_thatWaitForAnInputWhichSaysNothingBlameItsSource() {
      Pipeline.merge(lively(), silent()).keyBy(n -> n % 3).window(Windows.tumbling(Duration.ofHours(1))).count()
          .forEach(pane -> {}).start(app, "traffic");

      Finding.RootCause cause = rootCause(found -> found.culprit().endsWith("silent")
          && found.victims().stream().anyMatch(victim -> victim.windows() > 0));
      assertThat(cause.kind()).isEqualTo(Finding.Kind.IN_CALLBACK);
      assertThat(cause.sentence()).matches("`shop/traffic/[^`]*` cannot end (a window|[0-9,]+ windows) of time because"
          + " `shop/traffic/silent` has spent .* in generate, waiting in .*");
    }

    @Test
    void x28_thatWaitForAnInputWhichIsOnlySlowBlameNobody() {
      Pipeline<Integer> slow = Pipeline.<Integer>generate(out -> {
        for (int i = 0; ; i++) out.emit(i);
      }).throttle(1_000, SECOND).eventTime(n -> Instant.EPOCH.plusMillis(n), SECOND);
      Pipeline.merge(lively(), slow).keyBy(n -> n % 3).window(Windows.tumbling(SECOND)).count()
          .forEach(pane -> {}).start(app, "traffic");

      for (int i = 0; i < 10; i++) assertThat(app.explain()).matches(Explanation::isFlowing);
    }
  }

  /** In a simulation no other program takes the processor, so that what is said is said of the pipelines alone. */
  @Nested
  class HealthyPipelines {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final int LOOKS = Integer.getInteger("stage.explains", 40);   // of each

    private static Pipeline<Integer> paced(int perSecond) {
      return Pipeline.<Integer>generate(out -> {
        for (int i = 0; ; i++) out.emit(i);
      }).throttle(perSecond, SECOND);
    }

    private static Pipeline<Integer> stamped(int perSecond) {
      return paced(perSecond).eventTime(n -> Instant.EPOCH.plusMillis(n * 1000L / perSecond), Duration.ofMillis(100));
    }

    static Stream<Arguments> kinds() {
      return Stream.of(
          Arguments.of("windows", stamped(100).keyBy(n -> n % 3).window(Windows.tumbling(SECOND)).count()
              .forEach(pane -> {})),
          Arguments.of("batchWithin", paced(30).batchWithin(100, Duration.ofMillis(300)).forEach(batch -> {})),
          Arguments.of("zip", paced(20).zip(paced(50), Integer::sum).forEach(n -> {})),
          Arguments.of("deliveries", Pipeline.deliveries(new Endless(),
              Settling.inFlight(10).batches(4, Duration.ofMillis(200))).throttle(40, SECOND).forEach(n -> {})));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void x25_areNeverAccused(String kind, Job<?> job) {
      SimulatedRuntime.withSeed(25).run(simulated -> {
        try (Supervisor shop = Supervisor.open("shop")) {
          job.start(shop, kind);
          for (int i = 0; i < LOOKS; i++) assertThat(shop.explain()).matches(Explanation::isFlowing);
          shop.drain(Duration.ZERO);
        }
      });
    }
  }

  @Nested
  class AThousandStages {
    /** The budget is 10 ms on a quiet machine; here it is held to ten times that, as others work on it too. */
    @Test
    void areExplainedInLittleMoreThanTheTimeBetweenTwoLooks() {
      for (int i = 0; i < 1_000; i++) {
        app.start(Stage.producer("idle-" + i, () -> (Stage.Producer<Integer>) (demand, out) -> {}));
      }
      app.explain();
      long best = Long.MAX_VALUE;
      for (int i = 0; i < 3; i++) {
        TreeSnapshot before = app.tree();
        app.explain();
        best = Math.min(best, app.tree().nanos() - before.nanos());
      }
      assertThat(Duration.ofNanos(best)).isLessThan(Duration.ofMillis(500));
    }
  }
}
