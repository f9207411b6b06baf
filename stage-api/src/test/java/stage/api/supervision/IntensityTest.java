package stage.api.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class IntensityTest {
  @Test
  void s01_ofCountsWithinFiveSeconds() {
    assertThat(Intensity.of(3)).isEqualTo(new Intensity(3, Duration.ofSeconds(5)));
  }

  @Test
  void noneIsNoRestartAtAll() {
    assertThat(Intensity.none().restarts()).isZero();
  }

  @Test
  void s01_isThreeInFiveSecondsByDefault() {
    assertThat(SupervisorSpec.of("scope").intensity()).isEqualTo(Intensity.of(3));
  }

  @Test
  void s03_refusesFewerThanNoRestarts() {
    assertThatThrownBy(() -> Intensity.of(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("restarts must be at least 0, but were -1");
  }

  @Test
  void s03_refusesAPeriodOfNothing() {
    assertThatThrownBy(() -> new Intensity(3, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("period must be above zero, but was PT0S");
    assertThatThrownBy(() -> new Intensity(3, Duration.ofNanos(-1))).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesNull() {
    assertThatThrownBy(() -> new Intensity(3, null)).isInstanceOf(NullPointerException.class)
        .hasMessage("period must not be null");
    assertThatThrownBy(() -> SupervisorSpec.of("scope").withIntensity(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("intensity must not be null; use Intensity.none() for no restarts");
  }
}
