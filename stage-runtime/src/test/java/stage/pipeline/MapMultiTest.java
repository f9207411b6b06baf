package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static stage.runtime.testkit.CrashRule.crashing;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.Demand;
import stage.api.pipeline.Multi;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Report;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailedException;
import stage.runtime.testkit.SimulatedRuntime;

/** A function that hands over more than belongs to one turn. */
class MapMultiTest {
  private static final int MANY = 5_000;

  private final AtomicInteger began = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();   // calls that have returned, or thrown
  private final AtomicInteger told = new AtomicInteger();    // those that were told to stop

  private Multi<Integer, Integer> upTo(int end) {
    return (n, out) -> {
      began.incrementAndGet();
      try {
        for (int i = 0; i < end; i++) out.accept(i);
      } catch (CancellationException notWanted) {
        told.incrementAndGet();
        throw notWanted;
      } finally {
        ended.incrementAndGet();
      }
    };
  }

  private static List<Integer> numbers(int end) {
    return IntStream.range(0, end).boxed().toList();
  }

  @Nested
  class AVeryLongCall {
    @Test
    void isMadeOnceMoreAndHandsOverEachOnce() throws Exception {
      assertThat(Pipeline.of(1).mapMulti(upTo(MANY)).async().toList().run()).isEqualTo(numbers(MANY));
      assertThat(Pipeline.of(1).mapMulti(upTo(MANY)).toList().withDemand(Demand.max(2)).run()).isEqualTo(numbers(MANY));
      assertThat(began.get()).isEqualTo(4);
      assertThat(told.get()).isEqualTo(2);
    }

    @Test
    void isMadeOnceIfItJustFits() throws Exception {
      assertThat(Pipeline.of(1).mapMulti(upTo(1024)).async().toList().run()).hasSize(1024);
      assertThat(began.get()).isOne();
    }

    @Test
    void mayNeverEnd() throws Exception {
      assertThat(Pipeline.of(1).mapMulti(upTo(Integer.MAX_VALUE)).take(3).toList().run()).containsExactly(0, 1, 2);
      assertThat(Pipeline.of(1).mapMulti(upTo(Integer.MAX_VALUE)).take(MANY).toList().run()).hasSize(MANY);
      assertThat(Pipeline.of(1).mapMulti(upTo(Integer.MAX_VALUE)).async().take(MANY).toList().run()).hasSize(MANY);
      assertThat(ended).as("nothing is left running").hasValue(began.get());
    }

    @Test
    void endsWithItsStage() throws Exception {
      assertThatThrownBy(() -> Pipeline.of(1).mapMulti(upTo(MANY)).async().map(n -> {
        if (n == 3_000) throw new StackOverflowError("on purpose");
        return n;
      }).toList().withIntensity(Intensity.of(0)).run()).isInstanceOf(StageFailedException.class);
      assertThat(ended).hasValue(began.get());
    }

    @Test
    void goesOnIfItDoesNotHeedThatNoMoreIsWanted() throws Exception {
      Pipeline<Integer> deaf = Pipeline.of(1).mapMulti((n, out) -> {
        for (int i = 0; i < MANY; i++) {
          try {
            out.accept(i);
          } catch (CancellationException ignored) {
            told.incrementAndGet();
          }
        }
      });
      assertThat(deaf.async().toList().run()).isEqualTo(numbers(MANY));
      assertThat(deaf.async().take(2_000).toList().run()).isEqualTo(numbers(2_000));
      assertThat(told.get()).isGreaterThan(2 * (MANY - 1024));
    }

    @Test
    void ofAFunctionThatThrowsBehindManyKeepsThose() throws Exception {
      List<Integer> all = Pipeline.of(1, 2).<Integer>mapMulti((n, out) -> {
        for (int i = 0; i < 3_000; i++) out.accept(n);
        if (n == 1) throw new IllegalStateException("at the end");
      }).onFailure(OnFailure.skip()).async().toList().run();
      assertThat(all.stream().filter(n -> n == 1)).hasSizeBetween(2_048, 3_000);
      assertThat(all.stream().filter(n -> n == 2)).hasSize(3_000);
    }

    @Test
    void passesOnNoNull() throws Exception {
      Report report = Pipeline.of(1).<Integer>mapMulti((n, out) -> {
        for (int i = 0; i < 2_000; i++) out.accept(i);
        out.accept(null);
      }).onFailure(OnFailure.deadLetter(letter ->
          assertThat(letter.cause()).hasMessageContaining("handed over a null")))
          .forEach(n -> {}).run();
      assertThat(report.deadLettered()).isOne();
    }

    @Test
    void isInterruptedByATimeLimit() throws Exception {
      var never = new CountDownLatch(1);
      Report report = Pipeline.of(1, 2).<Integer>mapMulti((n, out) -> {
        for (int i = 0; i < 2_000; i++) out.accept(i);
        if (n == 1) never.await(1, TimeUnit.HOURS);
      }).timeout(Duration.ofMillis(100)).onFailure(OnFailure.skip()).forEach(n -> {}).run();
      assertThat(report.dropped()).isOne();
    }
  }

  @Nested
  class ACrash {
    @Test
    void hasTheCallMadeAgainAndSkipsWhatWasEmitted() {
      SimulatedRuntime.withSeeds(1, 20).with(crashing("many").every(4)).run(simulated -> {
        var job = Pipeline.of(1, 2).<Integer>mapMulti((n, out) -> {
          for (int i = 0; i < 3_000; i++) out.accept(i);
        }).named("many").scan(0, (sum, n) -> sum + 1).async().reduce(0L, (sum, n) -> sum + n);
        assertThat(job.withIntensity(Intensity.of(1_000)).run()).isEqualTo(6_000L * 6_001 / 2);
      });
    }

    @Test
    void ofWhatHangsBehindALongCallToo() throws Exception {
      var again = new CountDownLatch(1);
      var tries = new AtomicInteger();
      long count = Pipeline.of(1).mapMulti(upTo(MANY)).map(n -> {
        if (n == 3_000 && tries.getAndIncrement() > 0) again.countDown();
        else if (n == 3_000) awaitDeaf(again);
        return n;
      }).timeout(Duration.ofMillis(50)).async().count().withIntensity(Intensity.of(10)).run();
      assertThat(count).isEqualTo(MANY);
      assertThat(ended).hasValue(began.get());
    }

    private void awaitDeaf(CountDownLatch latch) {
      while (true) {
        try {
          latch.await();
          return;
        } catch (InterruptedException deaf) {
          // goes on
        }
      }
    }
  }
}
