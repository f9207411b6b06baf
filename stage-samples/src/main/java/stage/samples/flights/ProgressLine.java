package stage.samples.flights;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StopReason;

/**
 * How far reading has come, on standard error at each tick: rows, rows per second since the last tick, share of the
 * input.
 */
final class ProgressLine implements Stage.Consumer<Tick> {
  private final Streams streams;
  private final ReadMeter meter;
  private final OptionalLong size;
  private final InstantSource clock;
  private long rowsBefore;
  private Instant before;

  /**
   * Starts to measure.
   *
   * @param size the bytes of all inputs, if they are known and do not grow
   */
  ProgressLine(Streams streams, ReadMeter meter, OptionalLong size, InstantSource clock) {
    this.streams = streams;
    this.meter = meter;
    this.size = size;
    this.clock = clock;
    before = clock.instant();
    rowsBefore = meter.rows();
  }

  @Override
  public void onEvents(List<Tick> ticks, Inlet<Tick> from) {
    Instant now = clock.instant();
    long rows = meter.rows();
    long millis = Math.max(1, Duration.between(before, now).toMillis());
    String line = String.format(Locale.ROOT, "%,d rows  %,d rows/s", rows, (rows - rowsBefore) * 1000 / millis);
    streams.tell(Ansi.cutOff(Ansi.CLEAR_LINE + line + share()));
    rowsBefore = rows;
    before = now;
  }

  private String share() {
    if (size.isEmpty() || size.getAsLong() == 0) return "";
    return "  " + Math.min(100, meter.bytes() * 100 / size.getAsLong()) + " %";
  }

  @Override
  public void onStop(StopReason reason) {
    streams.tell(Ansi.CLEAR_LINE);
  }
}
