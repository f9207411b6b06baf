package stage.samples.bench;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The job of {@code ./stage flights --by origin --csv}, as one writes it with a stream of lines. Takes every line to be sound. */
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
      return csv(lines.filter(FlightsByStream::isFlight).map(Flight::of).collect(Collectors.groupingBy(Flight::origin, delays())));
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

  private static Collector<Flight, Delays, Delays> delays() {
    return Collector.of(Delays::new, (delays, flight) -> delays.add(flight.delay()), Delays::with, Collector.Characteristics.UNORDERED);
  }

  /** How often each delay was. */
  private static final class Delays {
    private final int[] counts = new int[8 * 24 * 60 + 1];   // from a day early to a week late
    private long flights;
    private long late;
    private long sum;
    private int worst = EARLIEST;

    void add(int delay) {
      counts[delay - EARLIEST]++;
      flights++;
      if (delay > ON_TIME) late++;
      sum += delay;
      worst = Math.max(worst, delay);
    }

    Delays with(Delays others) {
      for (int i = 0; i < counts.length; i++) counts[i] += others.counts[i];
      flights += others.flights;
      late += others.late;
      sum += others.sum;
      worst = Math.max(worst, others.worst);
      return this;
    }

    int percentile95() {
      long rank = flights - flights / 20;
      int at = 0;
      for (long seen = counts[0]; seen < rank; seen += counts[at]) at++;
      return at + EARLIEST;
    }
  }

  private static String csv(Map<String, Delays> byOrigin) {
    var mostFlightsFirst = Comparator.comparingLong((Map.Entry<String, Delays> entry) -> -entry.getValue().flights);
    return byOrigin.entrySet().stream()
        .sorted(mostFlightsFirst.thenComparing(Map.Entry.comparingByKey()))
        .map(entry -> row(entry.getKey(), entry.getValue()))
        .collect(Collectors.joining("", "key,flights,mean_delay,p95_delay,late_percent,worst_delay\n", ""));
  }

  private static String row(String key, Delays delays) {
    return key + "," + delays.flights + "," + quotient(delays.sum, delays.flights, 2) + "," + delays.percentile95() + ","
        + quotient(100 * delays.late, delays.flights, 1) + "," + delays.worst + "\n";
  }

  private static String quotient(long sum, long count, int decimals) {
    return BigDecimal.valueOf(sum).divide(BigDecimal.valueOf(count), decimals, RoundingMode.HALF_UP).toPlainString();
  }
}
