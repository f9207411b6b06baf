package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.DeadLetter;
import stage.api.DeadLetterHandler;
import stage.api.pipeline.Failed;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Report;
import stage.api.supervision.Backoff;
import stage.api.supervision.StageFailedException;

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
    void crashesIfThatIsWanted() {
      assertThatThrownBy(() -> Pipeline.from(HUNDRED).map(PipelineFailureTest::notSeven).onFailure(OnFailure.crash())
          .count().run())
          .isInstanceOf(StageFailedException.class);
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
}
