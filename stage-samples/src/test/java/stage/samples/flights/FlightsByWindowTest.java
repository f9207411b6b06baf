package stage.samples.flights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlightsByWindowTest {
  private static final String HEADER = "window,key,flights,mean_delay,p95_delay,late_percent,worst_delay\n";
  private static final List<String> FOUR =
      List.of("2001-02-01T08:00,15,2399,SFO,HNL", "2001-01-31T07:55,-5,1750,DTW,LAS",
          "2001-01-31T07:05,16,1750,DTW,LAS", "2001-01-31T23:59,90,228,DTW,ORD");

  @TempDir
  Path folder;

  private final Capture out = new Capture();
  private final Capture err = new Capture();

  private int run(String... arguments) {
    return new Flights(new Streams(out, err, false, false), job -> {}, Duration.ofSeconds(1)).run(arguments);
  }

  private String outOf(String... arguments) {
    var out = new Capture();
    new Flights(new Streams(out, err, false, false), job -> {}, Duration.ofSeconds(1)).run(arguments);
    return out.text();
  }

  private String file(String name, List<String> lines) throws IOException {
    return Files.writeString(folder.resolve(name), SampleLines.HEADER + String.join("\n", lines) + "\n").toString();
  }

  @Nested
  class ATableForEachWindow {
    @Test
    void hasTheWindowsStartFirstWhateverTheOrderOfTheLines() throws IOException {
      assertThat(run("--window", "1d", "--csv", file("a", FOUR))).isZero();

      assertThat(out.text())
          .isEqualTo(HEADER + "2001-01-31T00:00,DTW,3,33.67,90,66.7,90\n2001-02-01T00:00,SFO,1,15.00,15,0.0,15\n");
      assertThat(err.text()).isEqualTo("0 flights were too late for their window\n");
    }

    @Test
    void showsSoManyOfEach() throws IOException {
      assertThat(outOf("--window", "1d", "--by", "route", "--top", "1", "--csv",
          file("a", FOUR)))
          .isEqualTo(HEADER
              + "2001-01-31T00:00,DTW-LAS,2,5.50,16,50.0,16\n2001-02-01T00:00,SFO-HNL,1,15.00,15,0.0,15\n");
    }

    @Test
    void isThatOfTheHandWiredStagesIfThereIsOneWindow() {
      String whole = outOf("--by", "route", "--top", "all", "--csv");
      String windowed = outOf("--by", "route", "--top", "all", "--csv", "--window", "99999d");
      assertThat(windowed.lines().map(line -> line.substring(line.indexOf(',') + 1)).toList())
          .isEqualTo(whole.lines().toList());
    }

    @Test
    void equalsTheSameGroupingMadeByHandAlsoWithChaosAndShuffledLines() throws IOException {
      List<String> lines = new ArrayList<>();
      try (var in = Flights.class.getResourceAsStream("flights-20k.csv")) {
        new String(in.readAllBytes()).lines().skip(1).forEach(lines::add);
      }
      Map<String, Map<String, DelayCounts>> byHand = new TreeMap<>();
      for (String line : lines) {
        String[] cells = line.split(",");
        byHand.computeIfAbsent(cells[0].substring(0, 13) + ":00", hour -> new TreeMap<>())
            .computeIfAbsent(cells[3], key -> new DelayCounts())
            .add(Integer.parseInt(cells[1]));
      }
      StringBuilder expected = new StringBuilder(HEADER);
      byHand.forEach((hour, tallies) -> tallies.entrySet().stream().map(each -> each.getValue().row(each.getKey()))
          .sorted(TableRow.ORDER)
          .forEach(row -> expected.append(hour).append(',').append(String.join(",", row.columns())).append('\n')));
      String[] wish = {"--window", "1h", "--top", "all", "--csv"};
      assertThat(outOf(wish)).isEqualTo(expected.toString());
      Collections.shuffle(lines, new Random(1));
      String half = file("a", lines.subList(0, 10_000));
      String rest = file("b", lines.subList(10_000, lines.size()));
      assertThat(outOf("--window", "1h", "--top", "all", "--csv", "--chaos", "200", "--seed",
          "5", half, rest)).isEqualTo(expected.toString());
      assertThat(err.text()).contains("200 crashes (").contains("200 restarts, no event given up; --seed 5");
    }

    @Test
    void leavesMalformedLinesOutAndKeepsThem() throws IOException {
      Path rejects = folder.resolve("rejects");
      List<String> lines = new ArrayList<>(FOUR);
      lines.add("2001-01-31T24:00,1,1,A,B");
      run("--window", "1d", "--rejects", rejects.toString(), "--quiet", "--chaos", "3", file("a", lines));
      assertThat(err.text()).startsWith("1 malformed line was left out:\n");
      assertThat(rejects).content().contains("2001-01-31T24:00,1,1,A,B").hasLineCount(1);
    }
  }

  @Nested
  class AFlightFromTheYear9999 {
    @Test
    void closesNoWindowAndIsReportedAsMalformed() throws IOException {
      String out = outOf("--window", "1d", "--csv", file("a", List.of("2001-01-31T07:55,-5,1750,DTW,LAS",
          "9999-12-31T23:59,0,1750,DTW,LAS", "2001-01-31T08:55,5,1750,DTW,LAS")));

      assertThat(out).isEqualTo(HEADER + "2001-01-31T00:00,DTW,2,0.00,5,0.0,5\n");
      assertThat(err.text()).startsWith("1 malformed line was left out:\n")
          .contains("from the year 1950 to 2049, but is \"9999-12-31T23:59\"")
          .endsWith("0 flights were too late for their window\n");
    }
  }

  @Nested
  class AMalformedLineAtTheBeginning {
    @Test
    void saysNothingOfTheTime() throws IOException {
      String out = outOf("--window", "1d", "--csv", "--out-of-order", "1h", file("a", List.of("oops", "oops",
          "2049-12-31T23:59,-5,1750,DTW,LAS", "oops", "2049-12-31T23:00,5,1750,DTW,LAS")));

      assertThat(out).isEqualTo(HEADER + "2049-12-31T00:00,DTW,2,0.00,5,0.0,5\n");
      assertThat(err.text()).startsWith("3 malformed lines were left out:\n");
    }
  }

  @Nested
  class AFlightThatComesTooLate {
    /** Two years behind the one before it. */
    private final List<String> lines =
        List.of("2001-01-31T07:55,-5,1750,DTW,LAS", "1999-01-29T07:55,7,1750,DTW,LAS",
            "2000-02-29T08:00,9,1750,DTW,LAS");

    @Test
    void isLeftOutAndCounted() throws IOException {
      String out = outOf("--window", "1d", "--csv", file("a", lines));

      assertThat(out).isEqualTo(
          HEADER + "2000-02-29T00:00,DTW,1,9.00,9,0.0,9\n2001-01-31T00:00,DTW,1,-5.00,-5,0.0,-5\n");
      assertThat(err.text()).isEqualTo("1 flight was too late for its window\n");
    }

    @Test
    void isTheSameOneWithChaosAndAnyNumberOfStages() throws IOException {
      String file = file("a", lines);
      String calm = outOf("--window", "1d", "--csv", file);

      assertThat(outOf("--window", "1d", "--csv", "--partitions", "1", "--chaos", "100", file)).isEqualTo(calm);
      assertThat(err.text()).contains("1 flight was too late for its window\n");
    }

    @Test
    void isNoneIfItIsInAnotherFileWhateverTheOrderOfTheFiles() throws IOException {
      String old = file("old", lines.subList(1, 2));
      String recent = file("recent", lines.subList(0, 1));

      String inOrder = outOf("--window", "1d", "--csv", old, recent);

      assertThat(outOf("--window", "1d", "--csv", recent, old)).isEqualTo(inOrder);
      assertThat(inOrder).contains("1999-01-29T00:00,DTW,1").contains("2001-01-31T00:00,DTW,1");
      assertThat(err.text()).isEqualTo("0 flights were too late for their window\n".repeat(2));
    }
  }

  @Nested
  class AWindow {
    @Test
    void isATime() {
      assertThat(run("--window", "1x")).isEqualTo(Flights.MISUSED);
      assertThat(err.text()).isEqualTo("flights: --window must be a time such as 30m, 1h or 1d, but was \"1x\"\n");
    }

    @Test
    void isOnlyHadFromThePipeline() throws IOException {
      assertThat(run("--window", "1h", "--by-hand", file("a", FOUR))).isEqualTo(Flights.MISUSED);
      assertThat(err.text()).startsWith("flights: --by-hand and --window exclude each other");
    }
  }
}
