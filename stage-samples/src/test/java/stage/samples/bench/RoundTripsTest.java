package stage.samples.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class RoundTripsTest {
  private final RoundTrips trips = new RoundTrips(2);

  @Test
  void endsAfterItsNumberOfPongs() {
    Long second = trips.next(trips.first());

    assertThat(trips.next(second)).isNull();
    assertThat(trips.sortedNanos()).hasSize(2);
  }

  @Test
  void refusesAPongThatIsNotThePing() {
    trips.first();

    assertThatIllegalStateException().isThrownBy(() -> trips.next(0L)).withMessageStartingWith("pong 0 must be");
  }

  @Test
  void refusesToReportAGameThatWasNotPlayedToTheEnd() {
    trips.next(trips.first());

    assertThatIllegalStateException().isThrownBy(trips::sortedNanos)
        .withMessageContaining("2 round trips, but there were 1");
  }
}
