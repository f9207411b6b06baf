package stage.samples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LoadTest {
  private static final String ALL = "cpu  100 10 50 700 40 5 5 90 0 0\ncpu0 50 5 25 350 20 2 2 45 0 0\n";
  private static final String OWN = "42 (a name) with) blanks) S 1 42 42 0 -1 4194304 7 0 0 0 60 20 0 0 20 0 9 0 1\n";

  @Test
  void countsWhatWasBusyWithTheOtherGuestsOfTheHypervisorAndWhatWasItsOwn() {
    assertThat(Load.mark(ALL, OWN)).isEqualTo(new Load.Mark(100 + 10 + 50 + 5 + 5 + 90, 1000, 60 + 20));
  }

  @Test
  void saysWhatItSaw() {
    assertThat(new Load(1.75, 0.5, 2).text()).isEqualTo("1.8 of 2 cores were busy, 0.5 of them for others");
    assertThat(new Load(1.75, 0.5, 2).isDisturbed()).isTrue();
    assertThat(new Load(1.75, 0.05, 2).isDisturbed()).isFalse();
  }
}
