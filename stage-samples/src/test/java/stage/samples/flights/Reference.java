package stage.samples.flights;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The job done the plain way, from the text of the task and with nothing of the sample's code: all lines in memory, all
 * delays sorted.
 */
final class Reference {
  private Reference() {}

  /** {@return the whole table as CSV} */
  static String csv(List<String> lines, String by) {
    Map<String, List<Integer>> delays = new TreeMap<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] column = line.split(",");
      String key = switch (by) {
        case "origin" -> column[3];
        case "destination" -> column[4];
        case "route" -> column[3] + "-" + column[4];
        case "day" -> column[0].substring(0, 10);
        case "hour" -> column[0].substring(11, 13);
        default -> throw new IllegalArgumentException(by);
      };
      delays.computeIfAbsent(key, k -> new ArrayList<>()).add(Integer.valueOf(column[1]));
    }
    List<Map.Entry<String, List<Integer>>> entries = new ArrayList<>(delays.entrySet());
    entries.sort(Comparator.comparing(entry -> -entry.getValue().size()));   // stable: by key where equal
    StringBuilder csv = new StringBuilder("key,flights,mean_delay,p95_delay,late_percent,worst_delay\n");
    for (Map.Entry<String, List<Integer>> entry : entries) {
      csv.append(String.join(",", columns(entry.getKey(), entry.getValue()))).append('\n');
    }
    return csv.toString();
  }

  /** {@return the line of one key} */
  static List<String> columns(String key, List<Integer> delays) {
    List<Integer> sorted = delays.stream().sorted().toList();
    int count = sorted.size();
    BigDecimal sum = BigDecimal.valueOf(sorted.stream().mapToLong(Integer::longValue).sum());
    BigDecimal late = BigDecimal.valueOf(sorted.stream().filter(delay -> delay > 15).count());
    BigDecimal flights = BigDecimal.valueOf(count);
    int rank = flights.multiply(new BigDecimal("0.95")).setScale(0, RoundingMode.CEILING).intValueExact();
    return List.of(key, Integer.toString(count), sum.divide(flights, 2, RoundingMode.HALF_UP).toString(),
        sorted.get(rank - 1).toString(),
        late.scaleByPowerOfTen(2).divide(flights, 1, RoundingMode.HALF_UP).toPlainString(),
        sorted.getLast().toString());
  }
}
