package stage.samples.flights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import stage.api.StopReason;

class ProgressLineTest {
  private final Capture err = new Capture();
  private final Streams streams = new Streams(OutputStream.nullOutputStream(), err, false, true);
  private final ReadMeter meter = new ReadMeter();
  private Instant now = Instant.EPOCH;

  @Test
  void tellsRowsTheirRateAndTheShareOfTheInput() {
    ProgressLine line = new ProgressLine(streams, meter, OptionalLong.of(4000), () -> now);

    meter.show(1_500_000, 1000);
    tick(line, 1500);
    assertThat(err.text()).isEqualTo("\033[?7l\r\033[K1,500,000 rows  1,000,000 rows/s  25 %\033[?7h");

    meter.show(1_500_500, 3999);
    tick(line, 1000);
    assertThat(err.text()).endsWith("\r\033[K1,500,500 rows  500 rows/s  99 %\033[?7h");
  }

  @Test
  void leavesTheShareOutWhereTheSizeIsNotKnown() {
    ProgressLine line = new ProgressLine(streams, meter, OptionalLong.empty(), () -> now);

    meter.show(10, 1000);
    tick(line, 1000);
    assertThat(err.text()).endsWith("10 rows  10 rows/s\033[?7h");
  }

  @Test
  void leavesNothingBehind() {
    new ProgressLine(streams, meter, OptionalLong.empty(), () -> now).onStop(new StopReason.Completed());

    assertThat(err.text()).isEqualTo("\r\033[K");
  }

  private void tick(ProgressLine line, long millis) {
    now = now.plusMillis(millis);
    line.onEvents(List.of(Tick.TICK), null);
  }
}
