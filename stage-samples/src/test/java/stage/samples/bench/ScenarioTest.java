package stage.samples.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each scenario once, as short as can be: what it measures here means nothing. */
class ScenarioTest {
  private static final Effort LEAST =
      new Effort("least", Duration.ofNanos(1), Duration.ofNanos(1), 2, 100, 50, 2, 1000, 20, 0.01,
          Duration.ofMillis(50));

  static List<Scenario> all() {
    return Scenarios.all();
  }

  @ParameterizedTest
  @MethodSource("all")
  void hasASampleOfEachRoundForStageAndItsRivals(Scenario scenario) throws Exception {
    for (Result result : scenario.measure(LEAST)) {
      assertThat(result.name()).startsWith(scenario.name());
      assertThat(result.scores()).hasSizeGreaterThanOrEqualTo(2)
          .allSatisfy(score -> assertThat(score.samples().values()).hasSize(2));
      assertThat(result.scores().getFirst().contender()).isEqualTo("Stage");
    }
  }

  @Test
  void namesDiffer() {
    assertThat(Scenarios.all()).extracting(Scenario::name).doesNotHaveDuplicates();
  }

  @Test
  void aWrongSumEndsIt() {
    var race = new Race("lossy", "", Events::sum, List.of(new Contender("sieve", events -> Events.sum(events) - 1)),
        List.of());

    assertThatThrownBy(() -> race.measure(LEAST)).isInstanceOf(WrongResult.class)
        .hasMessageMatching("the sum of 20 events must be \\d+, but sieve has \\d+ in scenario lossy");
  }
}
