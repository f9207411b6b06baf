package stage.samples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SamplesTest {
  @Test
  void theMedianIsTheMiddleOneOfAnOddNumber() {
    assertThat(new Samples(9, 1, 5).median()).isEqualTo(5);
  }

  @Test
  void theMedianLiesBetweenTheMiddleTwoOfAnEvenNumber() {
    assertThat(new Samples(4, 1, 2, 100).median()).isEqualTo(3);
  }

  @Test
  void quantilesLieWhereTheyShould() {
    var samples = new Samples(50, 10, 40, 20, 30);

    assertThat(samples.quantile(0)).isEqualTo(10);
    assertThat(samples.quantile(0.25)).isEqualTo(20);
    assertThat(samples.quantile(1)).isEqualTo(50);
  }

  @Test
  void ratiosAreTakenRoundByRound() {
    Samples ratios = new Samples(10, 200).over(new Samples(5, 50));

    assertThat(ratios.values()).containsExactly(2, 4);
  }
}
