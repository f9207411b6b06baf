package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.DeadLetter;
import stage.api.DeadLetterHandler;
import stage.api.pipeline.Failed;
import stage.api.pipeline.Fn;
import stage.api.pipeline.KeyValue;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Report;
import stage.api.pipeline.Running;
import stage.api.pipeline.Windows;
import stage.api.supervision.Backoff;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.StragglersException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;

/** A step that throws costs that element and no other. */
class PipelineFailureTest {
  private static final List<Integer> HUNDRED = IntStream.rangeClosed(1, 100).boxed().toList();

  private final ConcurrentLinkedQueue<DeadLetter> letters = new ConcurrentLinkedQueue<>();
  private final DeadLetterHandler keep = letters::add;

  private static Integer notSeven(Integer n) {
    if (n % 7 == 0) throw new IllegalArgumentException("seven: " + n);
    return n;
  }

  private static void assertBalanced(Report report) {
    assertThat(report.runs()).allSatisfy(run -> assertThat(run.isBalanced()).as(run.toString()).isTrue());
  }

  @Nested
  class OfAFusedStep {
    @Test
    void makesADeadLetterThatSaysWhere() throws Exception {
      List<Integer> seen = new ArrayList<>();
      Report report = Pipeline.from(HUNDRED).map(PipelineFailureTest::notSeven).named("parse")
          .onFailure(OnFailure.deadLetter(keep))
          .forEach(seen::add).run("weblog");

      assertThat(seen).isEqualTo(HUNDRED.stream().filter(n -> n % 7 != 0).toList());
      assertThat(report.deadLettered()).isEqualTo(14);
      assertThat(report.restarts()).isZero();
      assertThat(report.in()).isEqualTo(100);
      assertThat(report.out()).isEqualTo(86);
      assertBalanced(report);
      assertThat(letters).hasSize(14).allSatisfy(letter -> {
        assertThat(letter.path()).isEqualTo("weblog/parse");
        assertThat(letter.cause()).isInstanceOf(IllegalArgumentException.class);
        assertThat(letter.cause().getSuppressed()).hasSize(1);
        assertThat(letter.cause().getSuppressed()[0].getMessage()).contains("parse", "PipelineFailureTest.java:",
            letter.event().toString());
        assertThat(letter.attempts()).isEqualTo(1);
      });
    }

    @Test
    void isTriedAgainByDefault() throws Exception {
      var tries = new AtomicInteger();
      Report report = Pipeline.from(HUNDRED).map(n -> {
        if (n == 50 && tries.incrementAndGet() < 3) throw new IllegalStateException("not yet");
        return n;
      }).forEach(n -> {}).run();
      assertThat(report.out()).isEqualTo(100);
      assertThat(report.retried()).isEqualTo(2);
      assertThat(report.restarts()).isZero();
      assertBalanced(report);
    }

    @Test
    void isTriedAgainAsOftenAsIsSaid() throws Exception {
      var calls = new AtomicInteger();
      assertThat(Pipeline.of(1).map(n -> {
        if (calls.incrementAndGet() < 6) throw new IllegalStateException("not yet");
        return n;
      }).onFailure(OnFailure.retry(5)).toList().run()).containsExactly(1);
    }

    @Test
    void mayBeSkipped() throws Exception {
      Report report = Pipeline.from(HUNDRED).map(PipelineFailureTest::notSeven).onFailure(OnFailure.skip())
          .forEach(n -> {}).run();
      assertThat(report.dropped()).isEqualTo(14);
      assertThat(report.deadLettered()).isZero();
      assertBalanced(report);
    }

    @Test
    void mayBecomeAnotherElement() throws Exception {
      List<Failed> failures = new ArrayList<>();
      assertThat(Pipeline.of(6, 7, 8).map(n -> n + 0).map(PipelineFailureTest::notSeven).named("seven")
          .recover(failed -> {
        failures.add(failed);
        return -1;
      }).map(n -> n * 10).toList().run()).containsExactly(60, -10, 80);
      assertThat(failures).singleElement().satisfies(failed -> {
        assertThat(failed.input()).isEqualTo(7);
        assertThat(failed.step()).isEqualTo("seven");
      });
    }

    @Test
    void costsAllThatCameOfTheElementAndNothingElse() throws Exception {
      Report[] report = {null};
      List<String> seen = new ArrayList<>();
      report[0] = Pipeline.of(1, 2, 3).flatMap(n -> List.of(n + "a", n + "b", n + "c"))
          .map(s -> {
            if (s.equals("2c")) throw new IllegalStateException(s);
            return s;
          }).onFailure(OnFailure.deadLetter(keep)).forEach(seen::add).run();
      assertThat(report[0].deadLettered()).isEqualTo(1);
      assertThat(letters).singleElement().satisfies(letter -> assertThat(letter.event()).isEqualTo(2));
      assertBalanced(report[0]);
    }

    @Test
    void leavesStateAsItWas() throws Exception {
      assertThat(Pipeline.from(HUNDRED).scan(0, Integer::sum).map(sum -> {
        if (sum == 6) throw new IllegalStateException("six");
        return sum;
      }).onFailure(OnFailure.skip()).take(4).toList().run()).containsExactly(1, 3, 7, 12);
    }

    @Test
    void mayBeThatItTakesTooLong() throws Exception {
      assertThat(Pipeline.of(1, 2, 3).map(n -> {
        if (n == 2) new java.util.concurrent.CountDownLatch(1).await();
        return n;
      }).timeout(Duration.ofMillis(50)).onFailure(OnFailure.deadLetter(keep)).toList().run()).containsExactly(1, 3);
      assertThat(letters).singleElement()
          .satisfies(letter -> assertThat(letter.cause()).isInstanceOf(java.util.concurrent.TimeoutException.class));
    }

    @Test
    void isThrownToAnInterruptedCallerAsWhatItIs() {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> Pipeline.of(1).toList().run()).isInstanceOf(InterruptedException.class);
      assertThat(Thread.interrupted()).as("the exception stands for it").isFalse();
    }

    /** A step that ignores its interrupt is left behind with its thread, and another one goes on. */
    @Test
    void mayBeThatItNeverReturns() throws Exception {
      var over = new CountDownLatch(1);
      SupervisorSpec spec = SupervisorSpec.of("app").withGrace(Duration.ofMillis(20));
      try (var app = Supervisor.open(spec)) {
        var calls = new AtomicInteger();
        var job = Pipeline.of(1, 2, 3).map(n -> {
          boolean isDeaf = n == 2 && calls.incrementAndGet() == 1;
          while (isDeaf && over.getCount() > 0) {
            try {
              over.await();
            } catch (InterruptedException unheeded) {
              continue;
            }
          }
          return n;
        }).timeout(Duration.ofMillis(30)).toList().start(app, "job");
        assertThat(job.join()).containsExactly(1, 2, 3);
        assertThat(job.report().restarts()).isEqualTo(1);
        over.countDown();
      }
    }

    @Test
    void crashesIfThatIsWanted() {
      assertThatThrownBy(() -> Pipeline.from(HUNDRED).map(PipelineFailureTest::notSeven).onFailure(OnFailure.crash())
          .count().run())
          .isInstanceOf(StageFailedException.class);
    }

    /** Results of windows come of no element, and are counted by themselves. */
    @Test
    void isOneInARowOnlyIfNoResultOfAWindowWasGoodSince() throws Exception {
      List<Integer> seconds = IntStream.range(0, 2_500).boxed().toList();
      assertThat(Pipeline.from(seconds).eventTime(Instant::ofEpochSecond, Duration.ZERO)
          .window(Windows.tumbling(Duration.ofSeconds(1))).sum(n -> n).map(pane -> {
            if (pane.value() % 2 == 1) throw new IllegalStateException("odd");
            return pane;
          }).onFailure(OnFailure.skip()).count().run()).isEqualTo(1_250);
    }

    /** The interrupt is of the stage, which ends: the element has not failed. */
    @Test
    void isNoneIfTheJobIsCancelledMeanwhile() throws Exception {
      for (boolean isOneLoop : new boolean[] {true, false}) {
        var inside = new CountDownLatch(1);
        Pipeline<Integer> waiting = Pipeline.of(1, 2, 3).map(n -> {
          if (n == 2) {
            inside.countDown();
            new CountDownLatch(1).await();
          }
          return n;
        }).onFailure(OnFailure.skip());
        Pipeline<?> all = isOneLoop ? waiting.async() : waiting.keyBy(n -> n).count().async();
        Running<Report> job;
        try (var app = Supervisor.open(SupervisorSpec.of("app").withShutdown(Duration.ofMillis(1)))) {
          job = all.forEach(n -> {}).start(app, "job");
          inside.await();
        }
        assertThat(job.report().dropped()).isZero();
      }
    }

    @Test
    void crashesAfterAThousandInARow() {
      List<Integer> many = IntStream.range(0, 5000).boxed().toList();
      assertThatThrownBy(() -> Pipeline.from(many).map(n -> {
        throw new IllegalStateException("always");
      }).onFailure(OnFailure.deadLetter(keep)).count().run()).isInstanceOf(StageFailedException.class).rootCause()
          .hasMessage("always");
    }

    @Test
    void crashesAtALimitOfItsOwn() {
      assertThatThrownBy(() -> Pipeline.from(HUNDRED).map(PipelineFailureTest::notSeven)
          .onFailure(OnFailure.skip().atMost(10, Duration.ofHours(1))).count().run())
              .isInstanceOf(StageFailedException.class);
    }
  }

  @Nested
  class OfAStepBehindOthersThatKeepSomething {
    @Test
    void doesNotMoveTheWatermark() throws Exception {
      List<KeyValue<String, Long>> counts = new ArrayList<>();
      Report report = Pipeline.of("a:1", "bad:100", "a:2", "b:12").eventTime(event ->
          Instant.ofEpochSecond(Long.parseLong(event.split(":")[1])), Duration.ZERO)
          .keyBy(event -> {
            if (event.startsWith("bad")) throw new IllegalArgumentException("no key");
            return event.split(":")[0];
          }).window(Windows.tumbling(Duration.ofSeconds(10))).count().onFailure(OnFailure.skip())
          .forEach(pane -> counts.add(new KeyValue<>(pane.key(), pane.value()))).run("times");

      assertThat(counts).containsExactly(new KeyValue<>("a", 2L), new KeyValue<>("b", 1L));
      assertThat(report.late()).isZero();
      assertThat(report.dropped()).isOne();
      assertBalanced(report);
    }

    @Test
    void movesTheWatermarkIfItIsTriedAgainAndPasses() throws Exception {
      AtomicInteger calls = new AtomicInteger();
      Report report = Pipeline.of(1, 100, 2).eventTime(Instant::ofEpochSecond, Duration.ZERO).keyBy(n -> {
        if (n == 100 && calls.incrementAndGet() < 3) throw new IllegalStateException("not yet");
        return n;
      }).window(Windows.tumbling(Duration.ofSeconds(10))).count().onFailure(OnFailure.retry(2))
          .forEach(pane -> {}).run("times");

      assertThat(calls).hasValue(3);
      assertThat(report.late()).isOne();
      assertThat(report.retried()).isEqualTo(2);
      assertBalanced(report);
    }

    @Test
    void takesBackWhatPartOfAResultHasCome() throws Exception {
      List<KeyValue<Integer, Long>> sums = Pipeline.of(1, 2).keyBy(n -> n).count().flatMap(row -> List.of(1, 2, 3))
          .keyBy(n -> n).sum(n -> {
            if (n == 3) throw new IllegalArgumentException("three");
            return n;
          }).onFailure(OnFailure.skip()).toList().run("sums");

      assertThat(sums).isEmpty();
    }

    @Test
    void leavesNoKeyThatOnlyItHasHad() throws Exception {
      List<KeyValue<Integer, Integer>> sums = Pipeline.from(HUNDRED).keyBy(n -> n % 3 == 0 ? n : 0)
          .aggregate(0, (sum, n) -> {
            if (n % 3 == 0) throw new IllegalArgumentException("three");
            return sum + n;
          }).onFailure(OnFailure.skip()).toList().run("sums");

      assertThat(sums).containsExactly(new KeyValue<>(0, 5050 - 3 * 33 * 34 / 2));
    }
  }

  @Nested
  class OfASink {
    @Test
    void repeatsTheActionForThatElementOnly() throws Exception {
      List<Integer> seen = new ArrayList<>();
      Report report = Pipeline.from(HUNDRED).forEach(n -> {
        seen.add(n);
        if (n == 50 && seen.size() < 52) throw new IllegalStateException("full");
      }).run();
      assertThat(seen).hasSize(102).containsOnlyOnceElementsOf(HUNDRED.stream().filter(n -> n != 50).toList());
      assertThat(report.out()).isEqualTo(100);
      assertBalanced(report);
    }

    @Test
    void ofACollectorLosesOnlyThatElement() throws Exception {
      assertThat(Pipeline.from(HUNDRED).map(PipelineFailureTest::notSeven).onFailure(OnFailure.skip())
          .collect(java.util.stream.Collectors.summingInt(n -> n)).run()).isEqualTo(HUNDRED.stream()
              .filter(n -> n % 7 != 0).mapToInt(n -> n).sum());
    }
  }

  @Nested
  class OfAKey {
    @Test
    void isAFailureOfItsStep() throws Exception {
      Report report = Pipeline.from(HUNDRED).keyBy(PipelineFailureTest::notSeven).workers(3).count()
          .onFailure(OnFailure.deadLetter(keep)).forEach(n -> {}).run();
      assertThat(report.deadLettered()).isEqualTo(14);
      assertThat(report.out()).isEqualTo(86);
      assertBalanced(report);
    }
  }

  @Nested
  class OfAFunctionThatRunsConcurrently {
    @Test
    void isSettledByThePolicyBehindIt() throws Exception {
      List<Integer> seen = new ArrayList<>();
      Report report = Pipeline.from(HUNDRED).mapConcurrent(8, PipelineFailureTest::notSeven).named("fetch")
          .onFailure(OnFailure.retry(1, Backoff.none()).then(OnFailure.deadLetter(keep))).forEach(seen::add).run();
      assertThat(seen).isEqualTo(HUNDRED.stream().filter(n -> n % 7 != 0).toList());
      assertThat(letters).hasSize(14).allSatisfy(letter -> {
        assertThat(letter.attempts()).isEqualTo(2);
        assertThat(letter.path()).isEqualTo("job/fetch");
        assertThat(letter.event()).isInstanceOf(Integer.class);
      });
      assertThat(report.retried()).isEqualTo(14);
      assertBalanced(report);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void isTriedAsOftenAsThePolicyBehindATimeLimitSays(int retries) throws Exception {
      OnFailure deadLetter = OnFailure.deadLetter(keep);
      OnFailure policy = retries == 0 ? deadLetter : OnFailure.retry(retries, Backoff.none()).then(deadLetter);
      Pipeline.of(7).mapConcurrent(2, PipelineFailureTest::notSeven).timeout(Duration.ofMinutes(1))
          .onFailure(policy).toList().run();
      assertThat(letters).singleElement().extracting(DeadLetter::attempts).isEqualTo(retries + 1);
    }

    @Test
    void mayBeATimeout() throws Exception {
      assertThat(Pipeline.of(1, 2, 3).mapConcurrent(3, n -> {
        if (n == 2) new java.util.concurrent.CountDownLatch(1).await();
        return n;
      }).timeout(Duration.ofMillis(50)).onFailure(OnFailure.deadLetter(keep)).toList().run()).containsExactly(1, 3);
      assertThat(letters).singleElement().satisfies(letter -> assertThat(letter.cause())
          .isInstanceOf(java.util.concurrent.TimeoutException.class));
    }
  }

  /** A function that ignores its interrupt is left behind, and its element has failed. */
  @Nested
  class OfAConcurrentFunctionThatNeverReturns {
    private final CountDownLatch over = new CountDownLatch(1);

    private Integer deafAt3(Integer n) {
      while (n == 3 && over.getCount() > 0) {
        try {
          over.await();
        } catch (InterruptedException unheeded) {
          continue;
        }
      }
      return n;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void costsThatElementOnly(boolean isByKey) throws Exception {
      Pipeline<Integer> numbers = Pipeline.of(1, 2, 3, 4, 5);
      Pipeline<Integer> made = isByKey ? numbers.mapConcurrentByKey(2, n -> n, this::deafAt3)
          : numbers.mapConcurrent(2, this::deafAt3);
      try (var app = Supervisor.open("app")) {
        assertThat(made.timeout(Duration.ofMillis(20)).onFailure(OnFailure.deadLetter(letters::add)).toList()
            .start(app, "job").join()).containsExactlyInAnyOrder(1, 2, 4, 5);
        over.countDown();
      }
      assertThat(letters).singleElement().satisfies(letter -> {
        assertThat(letter.event()).isEqualTo(3);
        assertThat(letter.cause()).hasMessageContaining("ignored its interrupt");
      });
    }

    @Test
    void isReportedAtTheEndOfItsScope() throws Exception {
      SupervisorSpec spec = SupervisorSpec.of("app").withGrace(Duration.ofMillis(20));
      var app = Supervisor.open(spec);
      Pipeline.of(3, 4).mapConcurrent(2, this::deafAt3).timeout(Duration.ofMillis(20))
          .onFailure(OnFailure.skip()).toList().start(app, "job").join();
      assertThatThrownBy(app::close).isInstanceOf(StragglersException.class).hasMessageContaining("mapConcurrent");
      over.countDown();
    }
  }

  /** Windows take elements, whatever becomes of their results. */
  @Test
  void ofEveryResultCrashesAlthoughElementsComeIn() {
    List<Integer> many = IntStream.range(0, 5_000).boxed().toList();
    assertThatThrownBy(() -> Pipeline.from(many).window(Windows.count(2)).count().forEach(pane -> {
      throw new IllegalStateException("never");
    }).run()).isInstanceOf(StageFailedException.class).hasRootCauseMessage("never");
    assertThatThrownBy(() -> Pipeline.from(many).eventTime(Instant::ofEpochSecond, Duration.ZERO)
        .window(Windows.tumbling(Duration.ofSeconds(2))).count().forEach(pane -> {
          throw new IllegalStateException("never");
        }).run()).isInstanceOf(StageFailedException.class).hasRootCauseMessage("never");
  }

  /** What nobody means to send. */
  @Nested
  class BadInput {
    private final Instant noon = Instant.parse("2026-01-01T12:00:00Z");

    private Report counted(Fn<Integer, Instant> time, List<String> windows) throws Exception {
      return Pipeline.of(1, 2, 3, 4).eventTime(time, Duration.ZERO).onFailure(OnFailure.deadLetter(letters::add))
          .keyBy(n -> "all").window(Windows.tumbling(Duration.ofMinutes(1))).count()
          .forEach(pane -> windows.add(pane.window().start() + " " + pane.value())).run("job");
    }

    /** A placeholder such as the year 9999, or a wrong unit, must not close all windows. */
    @ParameterizedTest
    @ValueSource(strings = {"9999-12-31T00:00:00Z", "2200-01-01T00:00:00Z"})
    void isATimeInTheFarFuture(String far) throws Exception {
      List<String> windows = new ArrayList<>();
      Report report = counted(n -> n == 2 ? Instant.parse(far) : noon.plusSeconds(n), windows);
      assertThat(windows).containsExactly(noon + " 3");
      assertThat(report.late()).isZero();
      assertThat(letters).singleElement().satisfies(letter -> {
        assertThat(letter.event()).isEqualTo(2);
        assertThat(letter.path()).isEqualTo("job/eventTime");
        assertThat(letter.cause()).hasMessageContaining(far.substring(0, 4)).hasMessageContaining("every window");
      });
    }

    @Test
    void isATimeThatIsNull() throws Exception {
      List<String> windows = new ArrayList<>();
      counted(n -> n == 2 ? null : noon.plusSeconds(n), windows);
      assertThat(windows).containsExactly(noon + " 3");
      assertThat(letters).singleElement().satisfies(letter -> assertThat(letter.cause()).hasMessageContaining(
          "event time must not be null"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void isAKeyThatIsNullOrThrows(int workers) throws Exception {
      for (Fn<Integer, Integer> key : List.<Fn<Integer, Integer>>of(n -> n == 2 ? null : n % 2, n -> n % (n - 2))) {
        letters.clear();
        List<Long> counts = new ArrayList<>();
        Report report = Pipeline.of(1, 2, 3, 4).keyBy(key).workers(workers).count()
            .map(KeyValue::value).forEach(counts::add).run();
        assertThat(counts.stream().mapToLong(n -> n).sum()).isEqualTo(3);
        assertThat(report.deadLettered()).isEqualTo(1);
        assertBalanced(report);
      }
    }

    @Test
    void isAFoldThatThrows() throws Exception {
      assertThat(Pipeline.of(1, 2, 3).reduce(0, (sum, n) -> {
        if (n == 2) throw new IllegalStateException("two");
        return sum + n;
      }).run()).isEqualTo(4);
      assertThat(Pipeline.of(1, 2, 3).keyBy(n -> "all").aggregate(0, (sum, n) -> {
        if (n == 2) throw new IllegalStateException("two");
        return sum + n;
      }).map(KeyValue::value).toList().run()).containsExactly(4);
    }

    @Test
    void isASinkThatThrowsForEver() {
      List<Integer> many = IntStream.range(0, 10_000).boxed().toList();
      var calls = new AtomicInteger();
      assertThatThrownBy(() -> Pipeline.from(many).forEach(n -> {
        calls.incrementAndGet();
        throw new IllegalStateException("never");
      }).run()).isInstanceOf(StageFailedException.class).hasRootCauseMessage("never");
      assertThat(calls.get()).isLessThan(20_000);   // and not three times for each
    }

    @Test
    void isAnEmptyFile(@TempDir Path folder) throws Exception {
      Path empty = Files.createFile(folder.resolve("empty"));
      assertThat(Pipeline.lines(empty).count().run()).isZero();
      assertThat(Pipeline.lines(empty).map(Integer::parseInt).eventTime(Instant::ofEpochSecond, Duration.ZERO)
          .keyBy(n -> n).workers(2).window(Windows.tumbling(Duration.ofSeconds(1))).count().toList().run()).isEmpty();
    }

    @Test
    void isAFileThatIsNotThere(@TempDir Path folder) {
      Path none = folder.resolve("none");
      assertThatThrownBy(() -> Pipeline.lines(none).count().run()).isInstanceOf(StageFailedException.class)
          .hasMessageContaining("NoSuchFileException: " + none + ": there is no such file")
          .cause().extracting(Throwable::getSuppressed, InstanceOfAssertFactories.array(Throwable[].class))
          .singleElement().asString().startsWith("in step \"lines\" (PipelineFailureTest.java:");
    }
  }
}
