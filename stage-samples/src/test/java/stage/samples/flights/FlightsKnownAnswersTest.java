package stage.samples.flights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Keyed;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Windows;

/**
 * Twenty thousand flights, out of order, in windows of all kinds: how many results there are, a checksum of them as
 * sorted lines, and how many flights were late. All of that was reckoned by a program in Python, which goes by the
 * definitions and shares nothing with this one.
 */
class FlightsKnownAnswersTest {
  private record Leg(Instant at, int delay, String from, String to) {
    static Leg parse(String line) {
      String[] cells = line.split(",");
      return new Leg(LocalDateTime.parse(cells[0]).toInstant(ZoneOffset.UTC), Integer.parseInt(cells[1]), cells[3],
          cells[4]);
    }

    long second() {
      return at.getEpochSecond();
    }
  }

  private final AtomicLong late = new AtomicLong();

  private static List<Leg> legs() throws IOException {
    List<Leg> inOrder = new ArrayList<>();
    try (var in = FlightsKnownAnswersTest.class.getResourceAsStream("/stage/samples/flights/flights-20k.csv")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      text.lines().skip(1).map(Leg::parse).forEach(inOrder::add);
    }
    List<Leg> legs = new ArrayList<>();
    for (int i = 0; i < inOrder.size(); i++) {
      int block = i / 32 * 32;
      legs.add(inOrder.get(block + 32 <= inOrder.size() ? block + i * 13 % 32 : i));
    }
    return legs;
  }

  private static Pipeline<Leg> timed() throws IOException {
    return Pipeline.from(legs()).eventTime(Leg::at, Duration.ofHours(3));
  }

  private static Keyed<String, Leg> byOrigin() throws IOException {
    return timed().keyBy(Leg::from).workers(2);
  }

  private static Windows patient(Windows windows) {
    return windows.lateness(Duration.ofHours(1));
  }

  private static String checksum(List<String> lines) {
    var sum = new CRC32();
    sum.update(String.join("\n", lines.stream().sorted().toList()).getBytes(StandardCharsets.UTF_8));
    return "%d %08x".formatted(lines.size(), sum.getValue());
  }

  @Test
  void tumblingHours() throws Exception {
    assertThat(checksum(byOrigin().window(patient(Windows.tumbling(Duration.ofHours(1))))
        .lateTo(branch -> branch.forEach(leg -> late.incrementAndGet())).count()
        .map(pane -> pane.window().start().getEpochSecond() + " " + pane.key() + " " + pane.value()).toList().run()))
        .isEqualTo("16593 d058d831");
    assertThat(late).hasValue(1_023);
  }

  @Test
  void slidingHours() throws Exception {
    assertThat(checksum(byOrigin().window(patient(Windows.sliding(Duration.ofHours(3), Duration.ofMinutes(40))))
        .lateTo(branch -> branch.forEach(leg -> late.incrementAndGet())).sum(Leg::delay)
        .map(pane -> pane.window().start().getEpochSecond() + " " + pane.key() + " " + pane.value()).toList().run()))
        .isEqualTo("62454 c4cfe9a6");
    assertThat(late).hasValue(876);
  }

  @Test
  void sessions() throws Exception {
    assertThat(checksum(byOrigin().window(patient(Windows.sessions(Duration.ofMinutes(30))))
        .lateTo(branch -> branch.forEach(leg -> late.incrementAndGet())).count()
        .map(pane -> pane.window().start().getEpochSecond() + " " + pane.window().end().getEpochSecond() + " "
            + pane.key() + " " + pane.value()).toList().run())).isEqualTo("16489 7e3250ab");
    assertThat(late).hasValue(1_057);
  }

  @Test
  void daysOfNewYork() throws Exception {
    assertThat(checksum(byOrigin()
        .window(patient(Windows.calendar(ChronoUnit.DAYS, ZoneId.of("America/New_York")))).count()
        .map(pane -> pane.window().start().getEpochSecond() + " " + pane.window().end().getEpochSecond() + " "
            + pane.key() + " " + pane.value()).toList().run())).isEqualTo("6902 3506f95e");
  }

  @Test
  void onwardFlightsWithinHalfAnHour() throws Exception {
    assertThat(checksum(timed().join(timed()).on(Leg::to, Leg::from).workers(2)
        .within(Duration.ZERO, Duration.ofMinutes(30), Bound.rows(1_000_000))
        .left((leg, next) -> shown(leg, next)).toList().run())).isEqualTo("19084 4f13cb8d");
  }

  private static String shown(Leg leg, Optional<Leg> next) {
    return leg.second() + " " + leg.from() + " " + leg.to() + " "
        + next.map(onward -> onward.second() + " " + onward.to()).orElse("alone");
  }
}
