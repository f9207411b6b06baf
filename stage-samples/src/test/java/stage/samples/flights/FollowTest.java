package stage.samples.flights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --follow}, from the first line to the interruption. */
class FollowTest {
  private static final String DTW = "2001-01-31T07:05,16,1750,DTW,LAS\n";
  private static final String TABLE =
      """
      key  flights  mean_delay  p95_delay  late_percent  worst_delay
      DTW        2       16.00         16         100.0           16
      """;

  @TempDir
  Path folder;

  private final Capture out = new Capture();
  private final Capture err = new Capture();
  private final CompletableFuture<Runnable> running = new CompletableFuture<>();
  private Path file;

  @BeforeEach
  void write() throws IOException {
    file = SampleLines.write(folder.resolve("log.csv"), SampleLines.HEADER + DTW);
  }

  @Test
  void intoAPipePrintsTotalsAndAtTheEndTheTable() throws Exception {
    CompletableFuture<Integer> exit = start(new Streams(out, err, false, false), "--follow", file.toString());
    out.awaitText("1 flight, 1 origin, 0 malformed lines\n");

    SampleLines.append(file, "nonsense\n" + DTW);
    out.awaitText("2 flights, 1 origin, 1 malformed line\n");

    assertThat(interrupt(exit)).isZero();
    assertThat(out.text()).endsWith("\n" + TABLE);
    assertThat(err.text()).startsWith("1 malformed line was left out:\n");
  }

  @Test
  void onATerminalDrawsTheTableOverTheLast() throws Exception {
    CompletableFuture<Integer> exit = start(new Streams(out, err, true, false), "--follow", file.toString());
    out.awaitText("1 flight, 1 origin, 0 malformed lines\n");

    SampleLines.append(file, DTW);
    out.awaitText("2 flights, 1 origin, 0 malformed lines\n");

    assertThat(interrupt(exit)).isZero();
    String over = "\r\033[3A\033[J";
    assertThat(out.text()).contains(over + TABLE + "2 flights").endsWith(over + TABLE);
  }

  @Test
  void forMachinesPrintsTheFinalTableOnly() throws Exception {
    CompletableFuture<Integer> exit = start(new Streams(out, err, false, true), "--follow", "--csv", file.toString());
    err.awaitText("1 rows  ");
    SampleLines.append(file, DTW);
    err.awaitText("2 rows  ");

    assertThat(interrupt(exit)).isZero();
    assertThat(out.text())
        .isEqualTo("key,flights,mean_delay,p95_delay,late_percent,worst_delay\nDTW,2,16.00,16,100.0,16\n");
  }

  @Test
  void readsTheOtherInputsFirst() throws Exception {
    Path before = Files.write(folder.resolve("before.csv.gz"), SampleLines.gzip(SampleLines.HEADER + DTW));
    CompletableFuture<Integer> exit =
        start(new Streams(out, err, false, false), "--follow", before.toString(), file.toString());
    out.awaitText("2 flights, 1 origin, 0 malformed lines\n");

    assertThat(interrupt(exit)).isZero();
    assertThat(out.text()).endsWith(TABLE);
  }

  @Test
  void doesNotCountALineThatIsNotFinished() throws Exception {
    CompletableFuture<Integer> exit = start(new Streams(out, err, false, false), "--follow", file.toString());
    SampleLines.append(file, DTW + "2001-01-31T07:05,1");
    out.awaitText("2 flights, 1 origin, 0 malformed lines\n");

    assertThat(interrupt(exit)).isZero();
    assertThat(out.text()).endsWith(TABLE);
    assertThat(err.text()).isEmpty();
  }

  @Test
  void fl02_printsWhatWasReadWhenASuccessorHasNoHeader() throws Exception {
    CompletableFuture<Integer> exit = start(new Streams(out, err, false, false), "--follow", file.toString());
    SampleLines.append(file, DTW);
    out.awaitText("2 flights, 1 origin, 0 malformed lines\n");
    Files.move(file, folder.resolve("log.csv.1"));
    SampleLines.write(file, DTW);

    assertThat(exit.get(30, TimeUnit.SECONDS)).isEqualTo(Flights.FAILED);
    assertThat(out.text()).endsWith(TABLE);
    assertThat(err.text()).contains("log.csv has no header: its first line must be ");
  }

  @Test
  void fl03_printsWhatWasReadWhenADirectoryTakesItsPlace() throws Exception {
    CompletableFuture<Integer> exit = start(new Streams(out, err, false, false), "--follow", file.toString());
    SampleLines.append(file, DTW);
    out.awaitText("2 flights, 1 origin, 0 malformed lines\n");
    Files.move(file, folder.resolve("log.csv.1"));
    Files.createDirectory(file);

    assertThat(exit.get(30, TimeUnit.SECONDS)).isEqualTo(Flights.FAILED);
    assertThat(out.text()).endsWith(TABLE);
    assertThat(err.text()).contains("log.csv is a directory; give the files in it");
  }

  @Test
  void showsAWindowAsSoonAsNothingCanComeForItAndTheOpenOnesInTheEnd() throws Exception {
    CompletableFuture<Integer> exit = start(new Streams(out, err, false, false), "--follow", "--window", "1d",
        "--out-of-order", "1h", "--csv", file.toString());
    SampleLines.append(file, "2001-02-01T00:30,1,1750,DTW,LAS\n2001-01-31T23:45,2,1750,DTW,LAS\n");
    SampleLines.append(file, "2001-02-01T01:01,3,1750,DTW,LAS\n");
    out.awaitText("2001-01-31T00:00,DTW,2,9.00,16,50.0,16\n");
    SampleLines.append(file, "2001-01-31T23:50,4,1750,DTW,LAS\n2001-02-01T01:05,5,1750,DTW,LAS\n");

    assertThat(interrupt(exit)).isZero();
    assertThat(out.text()).startsWith("window,key,flights,").containsOnlyOnce("window,")
        .contains("\n2001-02-01T00:00,DTW,");
  }

  @Test
  void endsQuietlyWhenNobodyReadsTheTotals() throws Exception {
    List<String> lines = new ArrayList<>();
    var closing = new OutputStream() {
      @Override
      public void write(int one) {
        throw new UnsupportedOperationException("written in pieces");
      }

      @Override
      public void write(byte[] bytes, int from, int length) throws IOException {
        if (!lines.isEmpty()) throw new IOException("Broken pipe");
        lines.add(new String(bytes, from, length, StandardCharsets.UTF_8));
      }
    };
    CompletableFuture<Integer> exit = start(new Streams(closing, err, false, false), "--follow", file.toString());

    assertThat(exit.get(30, TimeUnit.SECONDS)).isZero();
    assertThat(lines).hasSize(1);
    assertThat(err.text()).isEmpty();
  }

  private CompletableFuture<Integer> start(Streams streams, String... arguments) {
    CompletableFuture<Integer> exit = new CompletableFuture<>();
    Thread.ofPlatform().name("flights").start(() -> {
      try {
        exit.complete(new Flights(streams, running::complete, Duration.ofMillis(50)).run(arguments));
      } catch (Throwable e) {
        exit.completeExceptionally(e);
      }
    });
    return exit;
  }

  private int interrupt(CompletableFuture<Integer> exit) throws Exception {
    running.get(30, TimeUnit.SECONDS).run();
    return exit.get(30, TimeUnit.SECONDS);
  }
}
