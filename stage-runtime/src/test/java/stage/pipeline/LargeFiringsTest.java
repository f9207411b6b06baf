package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Windows;

/**
 * Many results that come at once, of no element: a turn makes a few thousand of them, so that the stage can be stopped
 * in between and a crash repeats no more than these. Also where nothing that a consumer could limit is emitted.
 */
class LargeFiringsTest {
  private static final int RESULTS = 20_000;
  private static final int CRASHES_AT = 15_000;
  private static final int MOST_IN_A_TURN = 4096;

  /** As many results as above. */
  private record Case(String name, Pipeline<?> results) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Pipeline<Integer> numbers() {
    return Pipeline.from(IntStream.range(0, RESULTS).boxed().toList());
  }

  static Stream<Case> cases() {
    var moment = Pipeline.of(Instant.EPOCH).eventTime(at -> at, Duration.ZERO);
    var overlapping = Windows.sliding(Duration.ofMillis(RESULTS), Duration.ofMillis(1));
    return Stream.of(
        new Case("counts by key", numbers().keyBy(n -> n).count()),
        new Case("sliding windows", moment.window(overlapping).count()),
        new Case("windows of many keys", numbers().eventTime(n -> Instant.EPOCH, Duration.ZERO).keyBy(n -> n)
            .window(Windows.tumbling(Duration.ofMinutes(1))).count()));
  }

  /** Lets all pass but one, at which it crashes its stage once. */
  private static Pipeline<?> crashingOnce(Case of, AtomicInteger calls) {
    return of.results().map(each -> {
      if (calls.incrementAndGet() == CRASHES_AT) throw new AssertionError("once");
      return each;
    });
  }

  @ParameterizedTest
  @MethodSource("cases")
  void arePortionedForASink(Case of) throws Exception {
    var calls = new AtomicInteger();
    assertThat(crashingOnce(of, calls).count().run()).isEqualTo(RESULTS);
    assertThat(calls.get()).isBetween(RESULTS + 1, RESULTS + MOST_IN_A_TURN);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void arePortionedBeforeAFilterThatDropsThem(Case of) throws Exception {
    var calls = new AtomicInteger();
    assertThat(crashingOnce(of, calls).filter(each -> false).async().count().run()).isZero();
    assertThat(calls.get()).isBetween(RESULTS + 1, RESULTS + MOST_IN_A_TURN);
  }
}
