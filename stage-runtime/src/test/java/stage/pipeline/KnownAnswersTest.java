package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.Demand;
import stage.api.Stage;
import stage.api.pipeline.All;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Pane;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Report;
import stage.api.pipeline.Running;
import stage.api.pipeline.Windows;
import stage.api.supervision.Supervisor;

/** What others have published as the right answers, and what a job in a scope of one's own does. */
class KnownAnswersTest {
  private static final List<Integer> HUNDRED = IntStream.rangeClosed(1, 100).boxed().toList();

  private static Instant second(long second) {
    return Instant.ofEpochSecond(second);
  }

  private static String shown(Pane<All, ?> pane) {
    return "[" + pane.window().start().getEpochSecond() + "," + pane.window().end().getEpochSecond() + ")"
        + pane.value();
  }

  private static Pipeline<Integer> seconds(int outOfOrder, Integer... seconds) {
    return Pipeline.of(seconds).eventTime(n -> second(n), Duration.ofSeconds(outOfOrder));
  }

  @Nested
  class WindowsOfBeam {
    @Test
    void sessions() throws Exception {
      assertThat(seconds(200, 1, 15, 30, 100, 101, 95, 22, 10).window(Windows.sessions(Duration.ofSeconds(10)))
          .count().toList().run())
          .extracting(KnownAnswersTest::shown).containsExactly("[1,40)5", "[95,111)3");
    }

    @Test
    void sliding() throws Exception {
      assertThat(seconds(0, 1, 2, 5, 9, 10, 11).window(Windows.sliding(Duration.ofSeconds(7), Duration.ofSeconds(5)))
          .toList(Bound.rows(100)).toList().run()).extracting(KnownAnswersTest::shown)
          .containsExactly("[-5,2)[1]", "[0,7)[1, 2, 5]", "[5,12)[5, 9, 10, 11]", "[10,17)[10, 11]");
    }

    @Test
    void slidingWithGapsLeavesElementsOut() throws Exception {
      Report report = seconds(0, 1, 2, 3, 5, 9, 10, 11)
          .window(Windows.sliding(Duration.ofSeconds(3), Duration.ofSeconds(10))).count()
          .forEach(pane -> {}).run();
      assertThat(report.filtered()).isEqualTo(3);
      assertThat(report.runs()).allMatch(Report.Run::isBalanced);
    }
  }

  @Nested
  class WindowsOfFlow {
    @Test
    void earlyPanesOfARunningSum() throws Exception {
      List<Long> sums = Pipeline.from(HUNDRED).eventTime(n -> second(1), Duration.ZERO)
          .window(Windows.tumbling(Duration.ofDays(1))).early(10)
          .sum(n -> n).filter(pane -> pane.kind() == Pane.Kind.EARLY).map(Pane::value).toList().run();
      assertThat(sums).containsExactly(55L, 210L, 465L, 820L, 1275L, 1830L, 2485L, 3240L, 4095L, 5050L);
    }

    @Test
    void countWindowsWithoutAnEmptyOne() throws Exception {
      assertThat(Pipeline.from(HUNDRED).window(Windows.count(10)).sum(n -> n).map(Pane::value).toList().run())
          .containsExactly(55L, 155L, 255L, 355L, 455L, 555L, 655L, 755L, 855L, 955L);
    }

    @Test
    void tumblingWindowsAtEveryDemand() throws Exception {
      for (int max : new int[] {1, 2, 10, 1000}) {
        assertThat(Pipeline.from(HUNDRED).eventTime(n -> second(n - 1), Duration.ZERO)
            .window(Windows.tumbling(Duration.ofSeconds(50))).sum(n -> n)
            .map(Pane::value).toList().withDemand(Demand.max(max)).run()).containsExactly(1275L, 3775L);
      }
    }

    @Test
    void whatComesTooLateIsCountedOrWaitedFor() throws Exception {
      for (int max : new int[] {1, 10, 1000}) {
        Report report = seconds(0, 1, 2, 61, 3, 62).window(Windows.tumbling(Duration.ofMinutes(1))).count()
            .forEach(pane -> {})
            .withDemand(Demand.max(max)).run();
        assertThat(report.late()).isEqualTo(1);
        assertThat(report.runs()).allMatch(Report.Run::isBalanced);
        assertThat(seconds(0, 1, 2, 61, 3, 62).window(Windows.tumbling(Duration.ofMinutes(1))
            .lateness(Duration.ofHours(1))).count().toList()
            .withDemand(Demand.max(max)).run()).extracting(Pane::value).containsExactly(3L, 2L);
      }
    }

    @Test
    void lateElementsGoToTheirBranch() throws Exception {
      List<Integer> late = new java.util.ArrayList<>();
      assertThat(seconds(0, 1, 2, 61, 3, 62).keyBy(n -> 1).workers(1).window(Windows.tumbling(Duration.ofMinutes(1)))
          .lateTo(branch -> branch.forEach(late::add))
          .count().map(Pane::value).toList().run()).containsExactly(2L, 2L);
      assertThat(late).containsExactly(3);
    }

    @Test
    void theStageOfLateElementsSaysSo() {
      assertThat(seconds(0).window(Windows.tumbling(Duration.ofMinutes(1)))
          .lateTo(branch -> branch.forEach(n -> {})).count().forEach(pane -> {}).describe())
          .contains("\nlate: forEach; ", "\nforEach: forEach; ");
    }
  }

  /** Keys are equal where the right one is three more. */
  @Nested
  class JoinsOfFlow {
    private static final Pipeline<Integer> LEFT = Pipeline.of(0, 1, 2, 3);
    private static final Bound MANY = Bound.rows(100);

    private static String pair(Optional<Integer> l, Optional<Integer> r) {
      return l.map(String::valueOf).orElse("-") + "," + r.map(String::valueOf).orElse("-");
    }

    /** Of all of both inputs: inner, left, right and full, at every demand and on every number of workers. */
    private static void assertJoined(Pipeline<Integer> right, List<String> pairs, List<String> left,
        List<String> unmatchedRight) throws Exception {
      for (int demand : new int[] {1, 2, 10, 1000}) {
        var whole = LEFT.join(right).on(l -> l, r -> r - 3).workers(1 + demand % 3).whole(MANY);
        assertSame(demand, whole.inner((l, r) -> l + "," + r), List.of(pairs));
        assertSame(demand, whole.left((l, r) -> pair(Optional.of(l), r)), List.of(pairs, left));
        assertSame(demand, whole.right((l, r) -> pair(l, Optional.of(r))), List.of(pairs, unmatchedRight));
        assertSame(demand, whole.full((l, r) -> pair(l, r)), List.of(pairs, left, unmatchedRight));
      }
    }

    private static void assertSame(int demand, Pipeline<String> found, List<List<String>> expected) throws Exception {
      assertThat(found.toList().withDemand(Demand.max(demand)).run())
          .containsExactlyInAnyOrderElementsOf(expected.stream().flatMap(List::stream).toList());
    }

    @Test
    void ofWholeInputs() throws Exception {
      assertJoined(Pipeline.of(4, 5, 6, 7, 8), List.of("1,4", "2,5", "3,6"), List.of("0,-"), List.of("-,7", "-,8"));
    }

    @Test
    void ofWholeInputsWithoutAMatch() throws Exception {
      assertJoined(Pipeline.of(10, 11, 12, 13, 14), List.of(), List.of("0,-", "1,-", "2,-", "3,-"),
          List.of("-,10", "-,11", "-,12", "-,13", "-,14"));
    }

    @Test
    void ofWhatIsInOneWindow() throws Exception {
      var pairs = seconds(0, 0, 1, 2, 3, 9, 10, 11).join(seconds(0, 4, 5, 6, 7, 8, 12, 13)).on(l -> l, r -> r - 3)
          .window(Windows.tumbling(Duration.ofSeconds(10)), MANY).full((l, r) -> pair(l, r)).toList().run();
      assertThat(pairs).containsExactlyInAnyOrder("1,4", "2,5", "3,6", "0,-", "9,-", "-,7", "-,8", "10,13", "11,-",
          "-,12");
    }
  }

  @Nested
  class TwoBranches {
    @Test
    void batchTheirOwnParity() throws Exception {
      List<List<Integer>> odd = new java.util.ArrayList<>();
      List<List<Integer>> even = Pipeline.from(HUNDRED.subList(0, 40)).divertTo(n -> n % 2 == 1, branch ->
          branch.batch(10).forEach(odd::add)).batch(5)
          .toList().run();
      assertThat(odd).hasSize(2);
      assertThat(even).hasSize(4);
    }
  }

  /** A step within a part is each worker's own; one behind it is for all of them. */
  @Nested
  class SomeOfWhatWorkersHave {
    @Test
    void areAsManyForEachWorkerAsItTakes() throws Exception {
      for (int demand : new int[] {1, 2, 10, 1000}) {
        assertThat(Pipeline.from(HUNDRED).parallel(4, part -> part.take(5)).toList()
            .withDemand(Demand.max(demand)).run()).as("demand " + demand).hasSize(20).doesNotHaveDuplicates();
        List<Integer> byKey = Pipeline.from(HUNDRED).keyBy(n -> n % 4).workers(64).perWorker(part -> part.take(5))
            .toList().withDemand(Demand.max(demand)).run();
        assertThat(byKey).as("demand " + demand + ": the first of each of four keys")
            .containsExactlyInAnyOrderElementsOf(HUNDRED.subList(0, 20));
      }
    }

    @Test
    void areAsManyOfAllBehindThem() throws Exception {
      for (int demand : new int[] {1, 2, 10, 1000}) {
        assertThat(Pipeline.from(HUNDRED).parallel(4, part -> part.map(n -> n)).take(5).toList()
            .withDemand(Demand.max(demand)).run()).as("demand " + demand).hasSize(5);
        assertThat(Pipeline.from(HUNDRED).keyBy(n -> n % 4).workers(4).perWorker(part -> part.map(n -> n)).take(5)
            .toList().withDemand(Demand.max(demand)).run()).as("demand " + demand).hasSize(5);
      }
    }
  }

  @Nested
  class AJobInAScope {
    @Test
    void canBeJoinedStoppedAndAsked() throws Exception {
      try (var scope = Supervisor.open("app")) {
        Running<Long> running = Pipeline.<Long>generate(out -> {
          for (long i = 0;; i++) out.emit(i);
        }).count().start(scope, "endless");
        Running<List<Integer>> other = Pipeline.from(HUNDRED).map(n -> n).toList().start(scope, "short");
        assertThat(other.join()).isEqualTo(HUNDRED);
        assertThat(other.describe()).contains("from:", "map:");
        running.stop();
        long counted = running.join();
        assertThat(running.report().in()).isEqualTo(counted);
      }
    }

    @Test
    void mayReadAStageThatGoesOn() throws Exception {
      try (var scope = Supervisor.open("app")) {
        var numbers = scope.start(Stage.generator("numbers", Long.class, () -> out -> {
          for (long i = 0;; i++) out.emit(i);
        }));
        assertThat(Pipeline.from(numbers).take(10).toList().start(scope, "ten").join()).hasSize(10);
        assertThat(numbers.isAlive()).isTrue();
      }
    }
  }
}
