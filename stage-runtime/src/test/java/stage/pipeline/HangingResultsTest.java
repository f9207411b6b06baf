package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pane;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Windows;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;

/**
 * A list, a pair or a pane that a step behind it does not come back from: its thread is replaced, and after three tries
 * that result is given up, as one that crashes its stage every time. Its elements are not blamed for it, and what comes
 * next is as it would be.
 */
class HangingResultsTest {
  private static final List<Integer> SIX = IntStream.rangeClosed(1, 6).boxed().toList();

  private final CountDownLatch over = new CountDownLatch(1);

  @AfterEach
  void letGo() {
    over.countDown();
  }

  /** What is made of several elements, and which of it hangs. */
  private record Case(String name, Pipeline<?> made, Predicate<Object> hangs, List<?> others) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static <T> Case of(String name, Pipeline<T> made, Predicate<T> hangs, List<?> others) {
    @SuppressWarnings("unchecked")   // it is given nothing else
    var asObject = (Predicate<Object>) hangs;
    return new Case(name, made, asObject, others);
  }

  private static Stream<Case> cases() {
    Pipeline<Integer> timed = Pipeline.from(SIX).eventTime(Instant::ofEpochSecond, Duration.ZERO);
    return Stream.of(
        of("list", Pipeline.from(SIX).batch(2), list -> list.contains(3), List.of(List.of(1, 2), List.of(5, 6))),
        of("pair", Pipeline.from(SIX).zip(Pipeline.from(SIX), (l, r) -> l + "" + r), "33"::equals,
            List.of("11", "22", "44", "55", "66")),
        of("pane of a count", Pipeline.from(SIX).window(Windows.count(2)).sum(n -> n), pane -> pane.value() == 7,
            List.of(3L, 11L)),
        of("pane of a time", timed.window(Windows.tumbling(Duration.ofSeconds(2))).sum(n -> n),
            pane -> pane.value() == 5, List.of(1L, 9L, 6L)));
  }

  private <T> T stuck(T value) {
    while (over.getCount() > 0) {
      try {
        over.await();
      } catch (InterruptedException unheeded) {
        continue;
      }
    }
    return value;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void isGivenUpByItself(Case each) throws Exception {
    List<Object> dead = new ArrayList<>();
    try (var app = Supervisor.open(SupervisorSpec.of("app").withGrace(Duration.ofMillis(10)))) {
      var job = each.made.map(made -> each.hangs.test(made) ? stuck(made) : made).timeout(Duration.ofMillis(40))
          .onFailure(OnFailure.deadLetter(letter -> dead.add(letter.event()))).toList()
          .withIntensity(Intensity.of(10)).start(app, "job");
      List<Object> others = new ArrayList<>();
      for (Object made : (List<?>) job.join()) others.add(made instanceof Pane<?, ?> pane ? pane.value() : made);
      assertThat(others).isEqualTo(each.others);
      assertThat(job.report().restarts()).isGreaterThanOrEqualTo(3);
      over.countDown();
    }
    assertThat(dead).hasSize(1).allMatch(each.hangs);
  }

  /** Also one that is made when time has passed, and not of an element in hand. */
  @Test
  void isInterruptedWhereThatIsEnough() throws Exception {
    List<Object> dead = new ArrayList<>();
    assertThat(Pipeline.from(SIX).eventTime(Instant::ofEpochSecond, Duration.ZERO)
        .window(Windows.tumbling(Duration.ofSeconds(4))).sum(n -> n).map(Pane::value).map(sum -> {
          if (sum == 15) over.await();
          return sum;
        }).timeout(Duration.ofMillis(200)).onFailure(OnFailure.deadLetter(letter -> dead.add(letter.cause())))
        .toList().run()).containsExactly(6L);
    assertThat(dead).hasSize(1);
  }
}
