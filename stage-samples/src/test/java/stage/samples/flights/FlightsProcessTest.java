package stage.samples.flights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only a process of its own can show: signals, exit codes, pipes, memory. */
class FlightsProcessTest {
  private static final String DTW = "2001-01-31T07:05,16,1750,DTW,LAS\n";

  @TempDir
  Path folder;

  private Process process;

  @AfterEach
  void endProcess() {
    if (process != null) process.destroyForcibly();
  }

  @Test
  void aSignalEndsFollowingWithTheFinalTable() throws Exception {
    Path file = SampleLines.write(folder.resolve("log.csv"), SampleLines.HEADER + DTW);
    start(List.of(), "--follow", file.toString());
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    String totals = out.readLine();
    while (!totals.startsWith("1 flight,")) totals = out.readLine();

    process.toHandle().destroy();   // not process.destroy(), which would close our end of its output too

    List<String> lines = out.lines().toList();
    assertThat(exit()).isZero();
    assertThat(lines.subList(lines.size() - 2, lines.size())).containsExactly(
        "key  flights  mean_delay  p95_delay  late_percent  worst_delay",
        "DTW        1       16.00         16         100.0           16");
  }

  @Test
  void fl07_rejectsDoNotGoWhereTheTableGoes() throws Exception {
    Path file = SampleLines.write(folder.resolve("some.csv"), SampleLines.HEADER + DTW + "nonsense\n");
    Path table = folder.resolve("table.txt");
    List<String> command = command(List.of(), "--rejects", "/dev/stdout", file.toString());
    process = new ProcessBuilder(command).redirectOutput(table.toFile()).start();

    assertThat(process.errorReader(StandardCharsets.UTF_8).readLine()).isEqualTo(
        "flights: --rejects must not be /dev/stdout, which leads to a file that other output goes to");
    assertThat(exit()).isEqualTo(Flights.MISUSED);
    assertThat(table).isEmptyFile();
  }

  @Test
  void fl01_aSignalEndsFollowingAPipeThatNobodyWritesTo() throws Exception {
    start(List.of(), "--follow", "/dev/stdin");
    process.getOutputStream().write(SampleLines.bytes(SampleLines.HEADER + DTW));
    process.getOutputStream().flush();
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    String totals = out.readLine();
    while (!totals.startsWith("1 flight,")) totals = out.readLine();

    process.toHandle().destroy();

    assertThat(out.lines().toList().getLast())
        .isEqualTo("DTW        1       16.00         16         100.0           16");
    assertThat(exit()).isZero();
  }

  @Test
  void aReaderThatGoesAwayEndsItQuietly() throws Exception {
    start(List.of(), "--csv", "--top", "all", "--by", "route", "-");
    process.getInputStream().close();
    try (OutputStream in = process.getOutputStream()) {
      in.write(SampleLines.bytes(SampleLines.HEADER + DTW));
    }

    assertThat(exit()).isZero();
    assertThat(process.errorReader().lines()).isEmpty();
  }

  @Test
  void aWrongCommandLineExitsWith2AndAMissingFileWith1() throws Exception {
    start(List.of(), "--frobnicate");
    assertThat(exit()).isEqualTo(2);
    start(List.of(), "none.csv");
    assertThat(exit()).isEqualTo(1);
  }

  @Test
  void itsMemoryStaysFlatHoweverLongTheInput() throws Exception {
    start(List.of("-Xmx24m"), "--csv", "--by", "day", "-");
    byte[] rows = SampleLines.bytes(DTW.repeat(10_000));
    try (OutputStream in = process.getOutputStream()) {
      in.write(SampleLines.bytes(SampleLines.HEADER));
      for (int i = 0; i < 150; i++) in.write(rows);   // 50 MB
    }

    assertThat(process.inputReader().lines()).containsExactly(
        "key,flights,mean_delay,p95_delay,late_percent,worst_delay", "2001-01-31,1500000,16.00,16,100.0,16");
    assertThat(exit()).isZero();
  }

  @Test
  void crashesOnPurposeLeaveOneLineOnStandardError() throws Exception {
    String modules = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> entry.matches(".*stage-(api|runtime|samples)[^/\\\\]*([/\\\\]target[/\\\\]classes|\\.jar)"))
        .collect(Collectors.joining(File.pathSeparator));
    process =
        new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-p", modules, "-m",
        "stage.samples/" + Flights.class.getName(), "--csv", "--chaos", "50", "--seed", "1").start();

    assertThat(process.errorReader().lines()).hasSize(1).first().asString()
        .startsWith("50 crashes (").endsWith("; --seed 1 plans the same crashes");
    assertThat(exit()).isZero();
  }

  private void start(List<String> javaOptions, String... arguments) throws IOException {
    process = new ProcessBuilder(command(javaOptions, arguments)).start();
  }

  private static List<String> command(List<String> javaOptions, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(javaOptions);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Flights.class.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  private int exit() throws InterruptedException {
    assertThat(process.waitFor(40, TimeUnit.SECONDS)).as("ends in time").isTrue();
    return process.exitValue();
  }
}
