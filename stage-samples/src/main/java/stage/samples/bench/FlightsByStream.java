package stage.samples.bench;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The job of {@code ./stage flights --by origin --csv}, as one writes it with a stream of lines. Takes every line to be
 * sound.
 */
final class FlightsByStream {
  private static final String HEADER = "date,delay,distance,origin,destination";
  private static final int EARLIEST = -24 * 60;
  private static final int ON_TIME = 15;

  private FlightsByStream() {}

  static String csvInParallel(Path file) throws IOException {
    try (Stream<String> lines = Files.lines(file)) {
      return csv(lines.parallel().filter(FlightsByStream::isFlight).map(Flight::of)
          .collect(Collectors.groupingByConcurrent(Flight::origin, delays())));
    }
  }

  static String csvInOneThread(Path file) throws IOException {
    try (Stream<String> lines = Files.lines(file)) {
      return csv(lines.filter(FlightsByStream::isFlight).map(Flight::of)
          .collect(Collectors.groupingBy(Flight::origin, delays())));
    }
  }

  // and not skip(1), for which a parallel stream would have to mind the order
  private static boolean isFlight(String line) {
    return !line.equals(HEADER);
  }

  private record Flight(String origin, int delay) {
    static Flight of(String line) {
      int date = line.indexOf(',');
      int delay = line.indexOf(',', date + 1);
      int distance = line.indexOf(',', delay + 1);
      int origin = line.indexOf(',', distance + 1);
      return new Flight(line.substring(distance + 1, origin), Integer.parseInt(line, date + 1, delay, 10));
    }
  }

  /**
   * Concurrent, so that the stream need not lock a group for each flight, which costs it more than a second core
   * brings.
   */
  private static Collector<Flight, Delays, Delays> delays() {
    return Collector.of(Delays::new, (delays, flight) -> delays.add(flight.delay()), Delays::with,
        Collector.Characteristics.UNORDERED, Collector.Characteristics.CONCURRENT);
  }

  /** How often each delay was. All else follows from it. */
  private static final class Delays {
    // from a day early to a week late
    private final AtomicIntegerArray counts = new AtomicIntegerArray(8 * 24 * 60 + 1);

    void add(int delay) {
      counts.getAndIncrement(delay - EARLIEST);
    }

    Delays with(Delays others) {
      for (int i = 0; i < counts.length(); i++) counts.getAndAdd(i, others.counts.get(i));
      return this;
    }

    Totals totals() {
      long flights = 0;
      long late = 0;
      long sum = 0;
      int worst = EARLIEST;
      for (int i = 0; i < counts.length(); i++) {
        int count = counts.get(i);
        if (count == 0) continue;
        int delay = i + EARLIEST;
        flights += count;
        sum += (long) count * delay;
        if (delay > ON_TIME) late += count;
        worst = delay;
      }
      return new Totals(flights, late, sum, percentile95(flights), worst);
    }

    private int percentile95(long flights) {
      long rank = flights - flights / 20;
      int at = 0;
      for (long seen = counts.get(0); seen < rank; seen += counts.get(at)) at++;
      return at + EARLIEST;
    }
  }

  private record Totals(long flights, long late, long sum, int percentile95, int worst) {
    String row(String key) {
      return key + "," + flights + "," + quotient(sum, flights, 2) + "," + percentile95 + ","
          + quotient(100 * late, flights, 1) + ","
          + worst + "\n";
    }
  }

  private static String csv(Map<String, Delays> byOrigin) {
    var mostFlightsFirst = Comparator.comparingLong((Map.Entry<String, Totals> entry) -> -entry.getValue().flights());
    return byOrigin.entrySet().stream()
        .map(entry -> Map.entry(entry.getKey(), entry.getValue().totals()))
        .sorted(mostFlightsFirst.thenComparing(Map.Entry.comparingByKey()))
        .map(entry -> entry.getValue().row(entry.getKey()))
        .collect(Collectors.joining("", "key,flights,mean_delay,p95_delay,late_percent,worst_delay\n", ""));
  }

  private static String quotient(long sum, long count, int decimals) {
    return BigDecimal.valueOf(sum).divide(BigDecimal.valueOf(count), decimals, RoundingMode.HALF_UP).toPlainString();
  }
}
