package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.pipeline.Bound;
import stage.api.pipeline.DeliverySource;
import stage.api.pipeline.Delivery;
import stage.api.pipeline.Job;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.PipelineRefusedException;
import stage.api.pipeline.Settling;
import stage.api.pipeline.Windows;
import stage.api.supervision.Supervisor;

/**
 * What cannot run is refused before anything starts: all of it at once, each with its step, its line, and what would
 * be right.
 */
class PipelineRefusalTest {
  private static Pipeline<Instant> timed() {
    return Pipeline.of(Instant.EPOCH).eventTime(t -> t, Duration.ZERO);
  }

  private static void assertRefused(Job<?> job, String... parts) {
    assertThatThrownBy(() -> job.run("job")).isInstanceOfSatisfying(PipelineRefusedException.class, refused -> {
      assertThat(refused.problems()).anySatisfy(problem -> assertThat(problem).contains(parts)
          .contains("PipelineRefusalTest.java:"));
    });
  }

  @Nested
  class Refused {
    @Test
    void isAWindowOfEventTimeWithoutTime() {
      assertRefused(Pipeline.of(1).keyBy(n -> n).window(Windows.tumbling(Duration.ofSeconds(1))).count().toList(),
          "step \"window\"", "eventTime");
    }

    @Test
    void isASourceThatIsReadTwice() {
      Pipeline<Integer> numbers = Pipeline.of(1, 2);
      assertRefused(Pipeline.merge(numbers.map(n -> n), numbers).toList(), "step \"of\"", "broadcastTo");
    }

    @Test
    void isATextThatAnEarlierRunHasRead() throws Exception {
      Job<Long> lines = Pipeline.lines(new ByteArrayInputStream("a\nb".getBytes(StandardCharsets.UTF_8))).count();
      assertThat(lines.describe()).isNotEmpty();
      assertThat(lines.run()).isEqualTo(2);
      assertRefused(lines, "step \"lines\"", "read by an earlier run", "lines(path)");
    }

    @Test
    void isADiamond() {
      Pipeline<Integer> numbers = Pipeline.of(1, 2);
      assertRefused(numbers.zip(numbers.map(n -> n), Integer::sum).toList(), "step \"zip\"", "step \"of\"");
    }

    @Test
    void isADiamondOfAStageThatRuns_unlessABufferIsInIt() throws Exception {
      try (var app = Supervisor.open("app")) {
        var numbers = app.start(Stage.ofIterable("numbers", IntStream.range(0, 500).boxed().toList())
            .withDispatcher(Dispatcher.broadcast()).awaitingConsumers(2));
        Pipeline<Integer> odd = Pipeline.from(numbers).filter(n -> n % 2 == 1);
        assertRefused(Pipeline.from(numbers).filter(n -> n % 2 == 0).zip(odd, Integer::sum).toList(), "step \"zip\"",
            "step \"from\"", "buffer");
        assertThat(Pipeline.from(numbers).filter(n -> n % 2 == 0).zip(odd.buffer(100), Integer::sum).toList().run())
            .isEqualTo(IntStream.range(0, 250).map(n -> 4 * n + 1).boxed().toList());
      }
    }

    @Test
    void areEarlyPanesOfSessions() {
      assertRefused(timed().keyBy(t -> 1).window(Windows.sessions(Duration.ofSeconds(1))).early(3).count().toList(),
          "step \"window\"", "early");
    }

    @Test
    void areSessionsAndSlidingWindowsThatCannotMerge() {
      assertRefused(timed().keyBy(t -> 1).window(Windows.sessions(Duration.ofSeconds(1))).aggregate(0, (n, t) -> n
          + 1).toList(), "merge");
      assertRefused(timed().keyBy(t -> 1).window(Windows.sliding(Duration.ofSeconds(2), Duration.ofSeconds(1)))
          .aggregate(0, (n, t) -> n + 1).toList(),
          "step \"aggregate\"", "merge");
    }

    @Test
    void areNamesThatAreTakenTwice() {
      assertRefused(Pipeline.of(1).map(n -> n).named("x").map(n -> n).named("x").toList(), "step \"x\"", "taken");
    }

    @Test
    void isABranchThatReturnsAForeignJob() {
      assertRefused(Pipeline.of(1).alsoTo(copy -> Pipeline.of(2).count()).toList(), "step \"alsoTo\"", "branch");
    }

    @Test
    void isAPartThatReadsFromOutside() {
      Pipeline<Integer> outside = Pipeline.of(7);
      assertRefused(Pipeline.of(1).keyBy(n -> n).workers(2).perWorker(part -> Pipeline.merge(part, outside)).toList(),
          "step \"perWorker\"", "outside");
    }

    @Test
    void isAJoinOfTimesWithoutTime() {
      assertRefused(timed().join(Pipeline.of(1)).on(t -> 1, n -> n).within(Duration.ZERO, Duration.ZERO,
          Bound.rows(1)).inner((a, b) -> a).toList(),
          "step \"join\"", "right");
    }

    @Test
    void isATableAsOfATimeWithoutTime() {
      assertRefused(timed().enrich(Pipeline.of(1).toTable(n -> n, Bound.rows(1)).asOfEventTime(), t -> 1,
          (t, row) -> t).toList(), "step \"enrich\"", "eventTime", "latest()");
    }

    @Test
    void isATableThatIsLoadedFirstFromTheStageThatReadsIt() throws Exception {
      try (var app = Supervisor.open("app")) {
        var numbers = app.start(Stage.ofIterable("numbers", List.of(1, 2)).withDispatcher(Dispatcher.broadcast())
            .awaitingConsumers(2));
        assertRefused(Pipeline.from(numbers).enrich(
            Pipeline.from(numbers).toTable(n -> n, Bound.rows(9)).loadedFirst(), n -> n, (n, row) -> n).toList(),
            "step \"enrich\"", "step \"from\"");
      }
    }

    @Test
    void isWhatABranchWasGivenOutsideOfIt() {
      var taken = new ArrayList<Pipeline<Integer>>();
      Pipeline<Integer> rest = Pipeline.of(1).alsoTo(branch -> {
        taken.add(branch);
        return branch.count();
      });
      assertRefused(Pipeline.merge(rest, taken.getFirst().map(n -> n)).toList(), "step \"");
    }

    @Test
    void isAReducerBehindDeliveries() {
      assertRefused(Pipeline.deliveries(new Silent(), Settling.inFlight(10)).count(), "step \"deliveries\"",
          "absorbed");
    }

    @Test
    void areBatchesThatKeepMoreDeliveriesThanThereMayBe() {
      assertRefused(Pipeline.deliveries(new Silent(), Settling.inFlight(10)).batch(20).forEach(batch -> {}),
          "step \"deliveries\"", "20");
    }

    @Test
    void areCountWindowsThatKeepMoreDeliveriesThanThereMayBe() {
      assertRefused(Pipeline.deliveries(new Silent(), Settling.inFlight(19)).window(Windows.count(20)).count()
          .forEach(pane -> {}), "step \"deliveries\"", "windows and joins on the way keep 19", "Settling.inFlight(20)");
    }

    @Test
    void areListsOfListsThatKeepMoreDeliveriesThanThereMayBe() {
      assertRefused(Pipeline.deliveries(new Silent(), Settling.inFlight(19)).batch(5).batch(4).forEach(lists -> {}),
          "step \"deliveries\"", "on the way keep 19", "Settling.inFlight(20)");
      assertThat(Pipeline.deliveries(new Silent(), Settling.inFlight(20)).batch(5).batch(4).forEach(lists -> {})
          .describe()).isNotEmpty();
    }

    @Test
    void isNoBatchOfWhatOneDeliveryMayMake() {
      assertRuns(few(1).flatMap(n -> List.of(n, n)).batch(500).forEach(batch -> {}));
      assertRuns(few(1).<Integer>mapMulti((n, out) -> out.accept(n)).batch(500).forEach(batch -> {}));
    }

    private static Pipeline<Integer> few(int inFlight) {
      return Pipeline.deliveries(new Silent(), Settling.inFlight(inFlight));
    }

    private static void assertRuns(Job<?> job) {
      assertThat(job.describe()).isNotEmpty();
    }

    @Test
    void isNoBatchThatAnotherInputMayFill() {
      assertRuns(Pipeline.merge(few(10), Pipeline.tick(Duration.ofSeconds(1))).batch(20).forEach(batch -> {}));
      assertRuns(Pipeline.merge(few(10), few(10)).batch(20).forEach(batch -> {}));
      assertRuns(Pipeline.mergeSorted(Comparator.<Integer>naturalOrder(), few(1), Pipeline.generate(out -> {}))
          .window(Windows.count(9)).count().forEach(pane -> {}));
      assertRuns(Pipeline.merge(few(1).eventTime(n -> Instant.EPOCH, Duration.ZERO), timed().map(t -> 1))
          .window(Windows.tumbling(Duration.ofSeconds(1))).count().forEach(pane -> {}));
      assertRefused(Pipeline.merge(few(10), few(9)).batch(20).forEach(batch -> {}), "step \"deliveries\"",
          "10 deliveries may be unanswered", "keep 10 or more", "Settling.inFlight(11)");
      assertRefused(Pipeline.merge(few(10), Pipeline.of(1, 2)).batch(20).forEach(batch -> {}), "keep 17 or more");
      assertRefused(Pipeline.concat(few(10), Pipeline.of(1, 2)).batch(20).forEach(batch -> {}), "keep 19 or more");
    }

    @Test
    void isNoBatchThatAnEndBeforeItGivesBack() {
      assertRuns(few(10).take(10).batch(20).forEach(batch -> {}));
      assertRuns(few(10).takeWhile(n -> n < 5).batch(20).forEach(batch -> {}));
      assertRuns(few(10).zip(Pipeline.of(1, 2), Integer::sum).batch(20).forEach(batch -> {}));
      assertRefused(few(10).take(11).batch(20).forEach(batch -> {}), "keep 10 or more", "Settling.inFlight(11)");
      assertRefused(few(10).zip(few(30), Integer::sum).batch(20).forEach(batch -> {}), "keep 19 or more");
    }

    @Test
    void isNoBatchOfPairsPanesOrKeys() {
      var timed = few(2).eventTime(n -> Instant.EPOCH, Duration.ZERO);
      assertRuns(timed.join(timed().map(t -> 1)).on(n -> n, n -> n)
          .within(Duration.ZERO, Duration.ZERO, Bound.rows(9)).inner(Integer::sum).batch(20).forEach(batch -> {}));
      assertRuns(timed.window(Windows.tumbling(Duration.ofSeconds(1))).early(1).count().batch(20).forEach(batch -> {}));
      assertRuns(few(20).keyBy(n -> n).workers(4).perWorker(part -> part.batch(20)).forEach(batch -> {}));
      assertRefused(few(19).keyBy(n -> n).workers(4).perWorker(part -> part.batch(20)).forEach(batch -> {}),
          "keep 19 or more");
      assertRefused(few(20).parallel(4, part -> part.batch(20)).forEach(batch -> {}), "keep 76 or more");
    }

    @Test
    void isABatchAlsoWhereReducersAbsorb() {
      var absorbed = Pipeline.deliveries(new Silent(), Settling.inFlight(10).absorbed());
      assertRefused(absorbed.batch(20).forEach(batch -> {}), "keep 19 or more until others come; use"
          + " Settling.inFlight(20) or more, or batchWithin");
      assertRefused(absorbed.batch(20).keyBy(List::size).count().forEach(each -> {}), "keep 19 or more");
      assertRuns(absorbed.keyBy(n -> n).count().batch(20).forEach(batch -> {}));
    }

    @Test
    void areWindowsOfTimeAndJoinsOfTheOnlyDelivery() {
      var one = Pipeline.deliveries(new Silent(), Settling.inFlight(1)).eventTime(n -> Instant.EPOCH, Duration.ZERO);
      assertRefused(one.window(Windows.tumbling(Duration.ofSeconds(1))).count().forEach(pane -> {}),
          "step \"deliveries\"", "1 delivery may be unanswered", "Settling.inFlight(2)", "absorbed()");
      assertRefused(timed().join(one).on(t -> 1, n -> 1).within(Duration.ZERO, Duration.ZERO, Bound.rows(1))
          .inner((l, r) -> l).forEach(pair -> {}), "step \"deliveries\"", "Settling.inFlight(2)");
    }

    @Test
    void isEverythingAtOnce() {
      assertThatThrownBy(() -> Pipeline.of(1).map(n -> n).named("x").map(n -> n).named("x")
          .window(Windows.tumbling(Duration.ofSeconds(1))).count().count().run())
          .isInstanceOfSatisfying(PipelineRefusedException.class, refused -> assertThat(refused.problems()).hasSize(2));
    }
  }

  private static final class Silent implements DeliverySource<Integer> {
    @Override
    public void receive(long demand, Outlet<Delivery<Integer>> out) {}

    @Override
    public void settle(List<Delivery<Integer>> acked, List<Nacked<Integer>> nacked) {}
  }

  @Nested
  class AtTheCall {
    @Test
    void nullsAreRefused() {
      assertThatThrownBy(() -> Pipeline.of(1).map(null)).isInstanceOf(NullPointerException.class)
          .hasMessageContaining("fn");
      assertThatThrownBy(() -> Pipeline.of(1, null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void numbersAreChecked() {
      assertThatThrownBy(() -> Pipeline.of(1).batch(0)).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("0");
      assertThatThrownBy(() -> Pipeline.of(1).named("a b")).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("a b");
      assertThatThrownBy(() -> Pipeline.of(1).throttle(0, Duration.ofSeconds(1)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> Pipeline.of(1).parallel(1_025, part -> part))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("at most 1024, but was 1025");
      assertThatThrownBy(() -> Pipeline.of(1).keyBy(n -> n).workers(Integer.MAX_VALUE))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("workers", "at most 1024");
    }
  }

  @Nested
  class ADescription {
    private final Job<?> job = Pipeline.of("a \"quoted\" <b>").map(s -> s).named("parse").eventTime(s ->
        Instant.EPOCH, Duration.ZERO)
        .keyBy(s -> s).workers(2).window(Windows.tumbling(Duration.ofMinutes(1))).count().toList();

    @Test
    void saysWhichPolicyHoldsBehindTheLastOne() {
      Pipeline<Integer> guarded = Pipeline.of(1, 2).map(n -> n).onFailure(OnFailure.skip());
      assertThat(guarded.map(n -> n).count().describe()).contains("on failure skip (PipelineRefusalTest.java:",
          ", then retry 2 times, dead letter (the default)").doesNotContain("note:");
      assertThat(guarded.async().count().describe()).containsOnlyOnce("(the default)");
    }

    @Test
    void warnsOfAPolicyThatCoversNothing() {
      assertThat(Pipeline.of(1, 2).onFailure(OnFailure.skip()).map(n -> n).count().describe())
          .contains("note: step \"onFailure\" (PipelineRefusalTest.java:", "covers no step");
      assertThat(Pipeline.of(1, 2).mapConcurrent(2, n -> n).onFailure(OnFailure.skip()).count().describe())
          .doesNotContain("note:");
    }

    @Test
    void hasALineForEachStage() {
      assertThat(job.describe().lines().toList()).hasSize(5).satisfies(lines -> {
        assertThat(lines.get(0)).startsWith("of:");
        assertThat(lines.get(1)).startsWith("parse:").contains("event time, PipelineRefusalTest.java:", "2 workers");
        assertThat(lines.get(2)).startsWith("count.1:").contains("per key", "worker 1");
        assertThat(lines.get(4)).startsWith("toList:").contains("order none");
      });
    }

    @Test
    void saysHowMuchIsAskedForAtATime() {
      assertThat(job.describe().lines().toList()).satisfies(lines -> {
        assertThat(lines.get(1)).as("who shares out").contains("demand 4000/2000");
        assertThat(lines.get(2)).as("a worker").contains("demand 4000/2000");
        assertThat(lines.get(4)).as("who takes their results").contains("demand 1000/500");
      });
      assertThat(Pipeline.of(1).keyBy(n -> n).count().toList().describe()).as("a reducer").contains("demand 4000/2000");
      assertThat(Pipeline.of(1).count().describe()).as("without keys").contains("demand 1000/500");
      assertThat(job.withDemand(new Demand(20, 10, false)).describe()).contains("demand 20/10")
          .doesNotContain("demand 80", "demand 1000", "demand 4000");
    }

    @Test
    void notesWhereArrivalCounts() {
      assertThat(Pipeline.merge(Pipeline.of(1), Pipeline.of(2)).take(1).toList().describe())
          .contains("note: step \"take\"", "order of arrival");
    }

    @Test
    void notesWhatDependsOnTheClockOrOnTables() {
      assertThat(Pipeline.of(1).enrich(Pipeline.of(2).toTable(n -> n, Bound.rows(1)).latest(), n -> n, (n, row) -> n)
          .keyBy(n -> n).batchWithin(3, Duration.ofSeconds(1), Bound.rows(1)).toList().describe())
          .contains("note: step \"enrich\"", "note: step \"batchWithin\"");
    }

    @Test
    void notesWhatKeepsDeliveries() {
      Settling few = Settling.inFlight(10);
      for (Settling settling : List.of(few, few.absorbed())) {
        String described = Pipeline.deliveries(new Silent(), settling).eventTime(n -> Instant.EPOCH, Duration.ZERO)
            .window(Windows.tumbling(Duration.ofSeconds(1))).count().forEach(pane -> {}).describe();
        assertThat(described.contains("keeps deliveries")).isEqualTo(settling == few);
      }
    }

    @Test
    void isAGraphToo() {
      assertThat(job.toMermaid()).startsWith("flowchart LR\n").contains("parse", " --> ");
      assertThat(job.toDot()).startsWith("digraph").contains("\"parse\" -> \"count.1\"");
    }
  }

  @Nested
  class StagesOfOnesOwn {
    @Test
    void goInAndOut() throws Exception {
      Stage.ProducerConsumer<Integer, Integer> doubler = (List<Integer> events, Inlet<Integer> from,
          Outlet<Integer> out) -> {
        for (int each : events) out.emit(2 * each);
      };
      assertThat(Pipeline.from(Stage.ofIterable("numbers", Stream.of(1, 2, 3)::iterator))
          .via(Stage.producerConsumer("double", Integer.class, Integer.class, () ->
              doubler)).toList().run())
          .containsExactly(2, 4, 6);
    }
  }
}
