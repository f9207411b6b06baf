package stage.samples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventsTest {
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 7, 1023, 1024, 1025, 10_000})
  void theExpectedSumIsThatOfTheEvents(long events) {
    assertThat(Events.sum(events)).isEqualTo(LongStream.range(0, events).map(Events::at).sum());
  }
}
