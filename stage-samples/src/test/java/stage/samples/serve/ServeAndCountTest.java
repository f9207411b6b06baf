package stage.samples.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class ServeAndCountTest {
  private interface Program {
    void run() throws Exception;
  }

  private static List<String> run(String... arguments) throws Exception {
    return printedBy(() -> ServeAndCount.main(arguments));
  }

  private static List<String> printedBy(Program program) throws Exception {
    var printed = new ByteArrayOutputStream();
    PrintStream before = System.out;
    Locale locale = Locale.getDefault();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    Locale.setDefault(Locale.ROOT);
    try {
      program.run();
    } finally {
      System.setOut(before);
      Locale.setDefault(locale);
    }
    return printed.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void countsEachFlightOnceHoweverSlowly() throws Exception {
    List<String> lines = run("--flights", "20001", "--per-second", "100000");
    assertThat(lines).allMatch(line -> line.length() <= 110);
    assertThat(lines.getLast()).isEqualTo("The same counts each time: DFW 1,103, ORD 1,095, ATL 846, … 20,001 in all.");
  }

  @Test
  void n17_runsOnceMoreThanItShowsSoThatNoRowHasTheTimeToWarmUp() throws Exception {
    try (var server = new FlightServer(FlightLines.of(1_000))) {
      List<String> rows =
          printedBy(() -> new ServeAndCount(server).compare(1_000, 100_000)).stream()
              .filter(line -> line.endsWith(" flights")).toList();

      assertThat(rows).hasSize(2);
      assertThat(server.requests()).isEqualTo(3);
    }
  }

  @Test
  void tellsHowItIsUsed() throws Exception {
    assertThat(run("--help").getFirst()).startsWith("usage: ./stage serve-and-count");
  }

  @Test
  void saysWhatIsWrongWithAnOption() {
    assertThat(mistake("--flight", "3"))
        .isEqualTo("unknown option --flight; there are: --flights, --per-second, --help");
    assertThat(mistake("--flights")).isEqualTo("--flights needs a value: a number from 1 to 999999999999");
    assertThat(mistake("--flights", "0")).isEqualTo("--flights must be a number from 1 to 999999999999, but was \"0\"");
    assertThat(mistake("--per-second", "5")).isEmpty();
  }

  private static String mistake(String... arguments) {
    return ServeAndCount.mistake(arguments, 0);
  }

  /** What fits between the two is a few megabytes; the flights are 40. */
  @Test
  void aSlowConsumerHoldsUpTheServer() throws Exception {
    List<String> lines = run("--flights", "400000", "--per-second", "800000");
    String slow = lines.stream().filter(line -> line.startsWith("800,000 a second")).findFirst().orElseThrow();
    long ahead = Long.parseLong(slow.replaceAll(".* ([0-9,]+) flights$", "$1").replace(",", ""));
    assertThat(ahead).isPositive().isLessThan(300_000);
  }
}
