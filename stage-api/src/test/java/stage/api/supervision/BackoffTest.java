package stage.api.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackoffTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Test
  void aScopeHasNoneByDefault() {
    assertThat(SupervisorSpec.of("scope").backoff()).isEqualTo(Backoff.none());
    assertThat(Backoff.none()).isEqualTo(new Backoff(Duration.ZERO, Duration.ZERO, 0));
  }

  @Test
  void exponentialHasAJitterOfAFifth() {
    assertThat(Backoff.exponential(SECOND, SECOND.multipliedBy(9)))
        .isEqualTo(new Backoff(SECOND, SECOND.multipliedBy(9), 0.2));
  }

  @Test
  void refusesANegativeWait() {
    assertThatThrownBy(() -> new Backoff(Duration.ofMillis(-1), SECOND, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the first backoff must not be negative, but was PT-0.001S");
  }

  @Test
  void refusesALongestWaitBelowTheFirst() {
    assertThatThrownBy(() -> Backoff.exponential(SECOND, Duration.ofMillis(999)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the longest backoff must be at least the first one, PT1S, but was PT0.999S");
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.01, 1.01, Double.NaN, Double.POSITIVE_INFINITY})
  void refusesAJitterThatIsNoShare(double jitter) {
    assertThatThrownBy(() -> new Backoff(SECOND, SECOND, jitter))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("jitter must be from 0 to 1, but was " + jitter);
  }

  @Test
  void refusesNull() {
    assertThatThrownBy(() -> new Backoff(null, SECOND, 0)).isInstanceOf(NullPointerException.class)
        .hasMessage("first must not be null");
    assertThatThrownBy(() -> new Backoff(SECOND, null, 0)).isInstanceOf(NullPointerException.class)
        .hasMessage("most must not be null");
    assertThatThrownBy(() -> SupervisorSpec.of("scope").withBackoff(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("backoff must not be null; use Backoff.none() for no wait");
  }
}
