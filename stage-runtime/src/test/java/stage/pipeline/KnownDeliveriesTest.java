package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.Demand;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Job;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Running;
import stage.api.pipeline.Settling;
import stage.api.pipeline.Windows;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.runtime.testkit.SimulatedRuntime;

/** Which deliveries are answered for together, when, and how: as Broadway's tests say, and as a plain loop finds. */
class KnownDeliveriesTest {
  private static final Settling TOGETHER = Settling.inFlight(100).batches(100, Duration.ofSeconds(1));

  private static List<Integer> upTo(int n) {
    return IntStream.rangeClosed(1, n).boxed().toList();
  }

  @Nested
  class OfBroadway {
    @Test
    void twoOfOneBatchAreAnsweredForInOneCall() {
      SimulatedRuntime.withSeeds(1, 5).run(simulated -> {
        TestMail<Integer> mail = TestMail.of(1, 3);
        List<List<Integer>> batches = new ArrayList<>();
        Pipeline.deliveries(mail, TOGETHER).batch(2).forEach(batches::add).run();
        assertThat(batches).containsExactly(List.of(1, 3));
        assertThat(mail.calls).containsExactly(new TestMail.Settled<>(List.of(1, 3), List.of()));
      });
    }

    @Test
    void thoseThatFailAreNeverBatched() {
      SimulatedRuntime.withSeeds(1, 5).run(simulated -> {
        TestMail<String> mail = TestMail.of("1", "x", "x", "4");
        List<List<Integer>> batches = new ArrayList<>();
        Pipeline.deliveries(mail, TOGETHER).map(Integer::valueOf).onFailure(OnFailure.deadLetter()).batch(2)
            .forEach(batches::add).run();
        assertThat(batches).containsExactly(List.of(1, 4));
        assertThat(mail.acked()).containsExactly("1", "4");
        assertThat(mail.nacked()).containsExactly("x", "x");
      });
    }

    @Test
    void branchesBatchTheirOwn() {
      SimulatedRuntime.withSeeds(1, 5).run(simulated -> {
        var mail = new TestMail<>(false, upTo(40));
        List<List<Integer>> odd = new ArrayList<>();
        List<List<Integer>> even = new ArrayList<>();
        Pipeline.deliveries(mail, Settling.inFlight(40))
            .divertTo(n -> n % 2 == 1, branch -> branch.batch(10).forEach(odd::add)).batch(5).forEach(even::add).run();
        assertThat(odd).hasSize(2).allMatch(batch -> batch.size() == 10);
        assertThat(even).hasSize(4).allMatch(batch -> batch.size() == 5);
        assertThat(mail.acked()).containsExactlyInAnyOrderElementsOf(upTo(40));
      });
    }

    /** Batches have deliveries of both, and each source gets its own back. */
    @ParameterizedTest
    @ValueSource(ints = {1, 10, 1000})
    void twoSourcesThatInterleaveGetTheirOwn(int demand) {
      SimulatedRuntime.withSeeds(demand, 10).run(simulated -> {
        var one = new TestMail<>(false, upTo(30));
        var other = new TestMail<>(false, IntStream.rangeClosed(101, 120).boxed().toList());
        List<List<Integer>> batches = new ArrayList<>();
        Pipeline.mergeSorted(Comparator.comparing(n -> n % 100), Pipeline.deliveries(one, TOGETHER).named("one"),
                Pipeline.deliveries(other, TOGETHER).named("other"))
            .map(n -> {
              if (n % 10 == 7) throw new IllegalArgumentException("seven");
              return n;
            }).onFailure(OnFailure.deadLetter()).batch(6).forEach(batches::add).withDemand(Demand.max(demand)).run();
        assertThat(batches).anyMatch(batch -> batch.stream().map(n -> n > 100).distinct().count() == 2);
        assertThat(one.acked())
            .containsExactlyInAnyOrderElementsOf(upTo(30).stream().filter(n -> n % 10 != 7).toList());
        assertThat(one.nacked()).containsExactlyInAnyOrder(7, 17, 27);
        assertThat(other.acked()).hasSize(18).allMatch(n -> n > 100);
        assertThat(other.nacked()).containsExactlyInAnyOrder(107, 117);
      });
    }

    @Test
    void aDrainSettlesWhatIsQueuedAndEndsTheBatch() {
      SimulatedRuntime.withSeeds(1, 10).run(simulated -> {
        var mail = new TestMail<>(true, upTo(4));
        List<List<Integer>> batches = new ArrayList<>();
        try (Supervisor scope = Supervisor.open("app")) {
          Pipeline.deliveries(mail, TOGETHER).async().batch(10).forEach(batches::add).start(scope, "job");
          simulated.advance(Duration.ofMillis(100));
          assertThat(batches).as("the batch has room for more").isEmpty();
        }
        assertThat(batches).containsExactly(upTo(4));
        assertThat(mail.calls).containsExactly(new TestMail.Settled<>(upTo(4), List.of()));
      });
    }
  }

  @Nested
  class InWindows {
    /** Second by second; a window is final when its source has come as far as its end. */
    private Pipeline<Integer> seconds(TestMail<Integer> mail, Settling how) {
      return Pipeline.deliveries(mail, how).eventTime(Instant::ofEpochSecond, Duration.ZERO);
    }

    @Test
    void areAnsweredForWithTheResultOfTheLast() {
      SimulatedRuntime.withSeeds(1, 5).run(simulated -> {
        for (Windows windows : List.of(Windows.tumbling(Duration.ofSeconds(10)),
            Windows.sliding(Duration.ofSeconds(10), Duration.ofSeconds(3)), Windows.sessions(Duration.ofSeconds(3)))) {
          // a gap behind each ten
          var mail = new TestMail<>(true, IntStream.rangeClosed(1, 40).map(n -> n + n / 10 * 5).boxed().toList());
          List<String> seen = new ArrayList<>();
          try (Supervisor scope = Supervisor.open("app")) {
            Running<?> job = seconds(mail, Settling.inFlight(40)).window(windows).count()
                .forEach(pane -> seen.add(pane.window().end().getEpochSecond() + "")).start(scope, "job");
            simulated.advance(Duration.ofSeconds(2));
            // the last to come is 60: what is only in windows that have ended by then is answered for
            assertThat(mail.acked()).as(windows.toString()).contains(1, 9, 15, 30, 39).doesNotContain(60);
            assertThat(mail.nacked()).isEmpty();
            job.stop();
            job.join();
          }
          assertThat(mail.acked()).hasSize(40).doesNotHaveDuplicates();
        }
      });
    }

    @Test
    void ofWhichSomeAreLateOrFailAreAnsweredForEachByItsOwnFate() {
      SimulatedRuntime.withSeeds(1, 10).run(simulated -> {
        TestMail<Integer> mail = TestMail.of(5, 8, 25, 3, 26, 66, 67, 90);
        List<Long> seen = new ArrayList<>();
        seconds(mail, Settling.inFlight(8)).window(Windows.tumbling(Duration.ofSeconds(10))).sum(n -> {
          if (n == 26) throw new IllegalArgumentException("cannot be weighed");
          return n;
        }).map(pane -> {
          if (pane.value() == 133) throw new IllegalStateException("nobody wants that");
          return pane.value();
        }).onFailure(OnFailure.deadLetter()).forEach(seen::add).run();
        assertThat(seen).containsExactly(13L, 25L, 90L);
        assertThat(mail.acked()).as("the late one is fine").containsExactlyInAnyOrder(5, 8, 25, 3, 90);
        assertThat(mail.nacked()).as("what failed, and what made a result that did")
            .containsExactlyInAnyOrder(26, 66, 67);
      });
    }
  }

  @Nested
  class InJoins {
    @Test
    void areAnsweredForWhenNoPartnerCanComeAnyMore() {
      SimulatedRuntime.withSeeds(1, 10).run(simulated -> {
        var left = new TestMail<>(true, List.of(10, 20, 100));
        var right = new TestMail<>(true, List.of(12, 40, 100));
        List<String> pairs = new ArrayList<>();
        try (Supervisor scope = Supervisor.open("app")) {
          Pipeline.deliveries(left, Settling.inFlight(10)).named("left")
              .eventTime(Instant::ofEpochSecond, Duration.ZERO)
              .join(Pipeline.deliveries(right, Settling.inFlight(10)).named("right")
                  .eventTime(Instant::ofEpochSecond, Duration.ZERO)).on(n -> 1, n -> 1)
              .within(Duration.ofSeconds(5), Duration.ofSeconds(5), Bound.rows(100))
              .left((l, r) -> l + "," + r.map(String::valueOf).orElse("-")).forEach(pairs::add).start(scope, "job");
          simulated.advance(Duration.ofSeconds(1));
          assertThat(left.acked()).containsExactlyInAnyOrder(10, 20);
          assertThat(right.acked()).containsExactlyInAnyOrder(12, 40);
        }
        assertThat(pairs).containsExactlyInAnyOrder("10,12", "20,-", "100,100");
        assertThat(left.acked()).hasSize(3);
        assertThat(right.acked()).hasSize(3);
      });
    }
  }

  /** Deliveries that windows keep until later ones come, which are not asked for before some of these are answered. */
  @Nested
  class ThatNothingCanEnd {
    private static final Settling FEW = Settling.inFlight(10);

    private static Pipeline<Integer> seconds(TestMail<Integer> mail) {
      return Pipeline.deliveries(mail, FEW).eventTime(Instant::ofEpochSecond, Duration.ZERO);
    }

    private static void assertFails(TestMail<Integer> mail, Job<?> job, String... parts) {
      assertThatThrownBy(job::run).isInstanceOf(StageFailedException.class).cause().hasMessageContainingAll(parts)
          .hasMessageContaining("step \"deliveries\" (KnownDeliveriesTest.java:")
          .hasMessageContaining("has handed out 10 deliveries, as many as may be unanswered");
      assertThat(mail.acked()).isEmpty();
      assertThat(mail.nacked()).containsExactlyElementsOf(upTo(10));
    }

    @Test
    void failTheirJobAndNameTheSteps() {
      SimulatedRuntime.withSeeds(1, 10).run(simulated -> {
        var mail = new TestMail<>(true, upTo(40));
        assertFails(mail, seconds(mail).window(Windows.tumbling(Duration.ofHours(1))).count().forEach(pane -> {}),
            "step \"window\" (KnownDeliveriesTest.java:", "Settling.inFlight(n)", "absorbed()");
        var others = new TestMail<>(true, upTo(40));
        assertFails(others, seconds(others).keyBy(n -> n % 3).workers(2).window(Windows.sessions(Duration.ofHours(1)))
            .count().async().forEach(pane -> {}), "step \"window\"");
      });
    }

    @Test
    void failItAlsoWhereElementsAreSlow() {
      SimulatedRuntime.withSeeds(1, 3).run(simulated -> {
        var mail = new TestMail<>(true, upTo(40));
        assertFails(mail, seconds(mail).throttle(1, Duration.ofSeconds(2)).window(Windows.tumbling(Duration.ofHours(1)))
            .count().forEach(pane -> {}), "step \"window\"");
      });
    }

    @Test
    void failItAlsoWhereThereAreEarlyPanes() {
      SimulatedRuntime.withSeeds(1, 10).run(simulated -> {
        var mail = new TestMail<>(true, upTo(40));
        assertFails(mail, seconds(mail).keyBy(n -> n % 3).window(Windows.tumbling(Duration.ofHours(1)))
            .early(Duration.ofSeconds(1)).count().async().forEach(pane -> {}), "step \"window\"");
      });
    }

    @Test
    void failItAlsoWhereTwoSourcesWaitForEachOther() {
      SimulatedRuntime.withSeeds(1, 10).run(simulated -> {
        var left = new TestMail<>(true, upTo(40));
        var right = new TestMail<>(true, upTo(40));
        assertFails(left, seconds(left).named("left").join(seconds(right).named("right")).on(n -> n, n -> n)
            .within(Duration.ofMinutes(1), Duration.ofMinutes(1), Bound.rows(100)).inner((l, r) -> l)
            .forEach(pair -> {}), "step \"join\"");
        assertThat(right.nacked()).hasSize(10);
      });
    }

    @Test
    void failItWhereEachKeyKeepsSome() {
      SimulatedRuntime.withSeeds(1, 5).run(simulated -> {
        var mail = new TestMail<>(true, upTo(40));
        assertFails(mail, Pipeline.deliveries(mail, FEW).keyBy(n -> n).window(Windows.count(3)).count()
            .forEach(pane -> {}), "step \"window\"");
      });
    }

    @Test
    void waitForWhatMayStillCome() {
      SimulatedRuntime.withSeeds(1, 3).run(simulated -> {
        var mail = new TestMail<>(true, upTo(40));
        var other = new TestMail<>(true, List.<Integer>of());
        try (Supervisor scope = Supervisor.open("app")) {
          Running<?> job = Pipeline.merge(seconds(mail).named("mail"), seconds(other).named("other"))
              .window(Windows.tumbling(Duration.ofSeconds(5))).count().forEach(pane -> {}).start(scope, "job");
          simulated.advance(Duration.ofMinutes(10));
          assertThat(mail.acked()).as("the other says nothing").isEmpty();
          other.add(upTo(40));
          simulated.advance(Duration.ofMinutes(1));
          assertThat(mail.acked()).contains(1, 2, 3, 4);
          job.stop();
          job.join();
        }
        assertThat(mail.nacked()).isEmpty();
      });
    }

    @Test
    void areNoneWhereAStepOnlyTakesLong() {
      SimulatedRuntime.withSeeds(1, 5).run(simulated -> {
        var mail = new TestMail<>(false, upTo(40));
        Pipeline.deliveries(mail, FEW).throttle(1, Duration.ofMinutes(1)).forEach(n -> {}).run();
        assertThat(mail.acked()).hasSize(40);
      });
    }
  }

  @Nested
  class ThatBecomeMany {
    /** A loop says which: of each delivery n there are n % 4 parts, and part 2 of those above 20 fails. */
    @ParameterizedTest
    @ValueSource(ints = {1, 10, 1000})
    void failIfOneOfThemDoes(int demand) {
      SimulatedRuntime.withSeeds(demand, 5).run(simulated -> {
        List<Integer> good = new ArrayList<>();
        List<Integer> bad = new ArrayList<>();
        for (int n : upTo(40)) (n > 20 && n % 4 == 3 ? bad : good).add(n);
        var mail = new TestMail<>(false, upTo(40));
        List<String> seen = new ArrayList<>();
        Pipeline.deliveries(mail, Settling.inFlight(20))
            .flatMap(n -> LongStream.range(0, n % 4).mapToObj(part -> n + "/" + part).toList())
            .mapConcurrentUnordered(3, part -> part)
            .keyBy(part -> part).workers(2).perWorker(each -> each.map(part -> {
              if (part.endsWith("/2") && Integer.parseInt(part.substring(0, part.length() - 2)) > 20) {
                throw new IllegalArgumentException(part);
              }
              return part;
            }).onFailure(OnFailure.deadLetter())).forEach(seen::add).withDemand(Demand.max(demand)).run();
        assertThat(mail.acked()).containsExactlyInAnyOrderElementsOf(good);
        assertThat(mail.nacked()).containsExactlyInAnyOrderElementsOf(bad);
        assertThat(seen).hasSize(upTo(40).stream().mapToInt(n -> n % 4).sum() - bad.size());
      });
    }
  }
}
