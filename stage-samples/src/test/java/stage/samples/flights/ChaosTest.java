package stage.samples.flights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.DeadLetter;
import stage.api.supervision.SupervisorSpec;

/** {@code --chaos}: whatever crashes, the output is the same to the byte. */
class ChaosTest {
  private static final Logger LOG = Logger.getLogger("stage.flights");
  private static final Pattern REPORT = Pattern.compile(
      "(\\d+) crash(?:es)? \\((\\d+) before user code, (\\d+) within user code, (\\d+) after user code, (\\d+) at a restart\\),"
          + " (\\d+) restarts?, no event given up; --seed (-?\\d+) plans the same crashes\n");

  @TempDir
  Path folder;

  /** On the class path the log is that of java.util.logging, and all it is spared are the planned crashes. */
  @BeforeAll
  static void spareTheLog() {
    LOG.setFilter(
        record -> !(record.getThrown() instanceof PlannedCrash) && !(record.getThrown() instanceof JobFailed));
  }

  @AfterAll
  static void restoreTheLog() {
    LOG.setFilter(null);
  }

  /** What a run has written. */
  private record Run(int exit, String out, String err) {
    /** {@return what is on standard error beside the line about the crashes, which must tell of so many} */
    String errBeside(int crashes) {
      Matcher report = REPORT.matcher(err);
      assertThat(report.find()).as("a report of the crashes in: %s", err).isTrue();
      assertThat(report.end()).isEqualTo(err.length());
      int parts = 0;
      for (int i = 2; i <= 5; i++) parts += Integer.parseInt(report.group(i));
      assertThat(report.group(1)).isEqualTo(Integer.toString(crashes));
      assertThat(parts).isEqualTo(crashes);
      assertThat(report.group(6)).isEqualTo(Integer.toString(crashes));
      return err.substring(0, report.start());
    }
  }

  @Nested
  class OfTheBuiltInFlights {
    @ParameterizedTest(name = "by {0}, seed {1}")
    @MethodSource("stage.samples.flights.ChaosTest#keysAndSeeds")
    void theTableIsTheSame(String by, String seed) {
      Run calm = run("--by", by, "--csv", "--top", "all");
      Run run = run("--by", by, "--csv", "--top", "all", "--chaos", "60", "--seed", seed);

      assertSame(calm, run, 60);
    }

    @ParameterizedTest(name = "{0} parsers, {1} partitions")
    @CsvSource({"1, 1", "1, 4", "3, 1", "5, 16"})
    void theTableIsTheSameWithAnyNumberOfStages(String parsers, String partitions) {
      Run calm = run("--by", "route", "--csv", "--top", "all");
      Run run = run("--by", "route", "--csv", "--top", "all", "--parsers", parsers, "--partitions", partitions,
          "--chaos", "100");

      assertSame(calm, run, 100);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--csv", "--json", "--top=10"})
    void threeHundredCrashesDoNotShow(String format) {
      assertSame(run(format), run(format, "--chaos", "300"), 300);
    }

    @ParameterizedTest(name = "by {0}")
    @ValueSource(strings = {"origin", "route", "hour"})
    void theStagesWiredByHandHaveTheSameTableWithAsManyCrashes(String by) {
      Run pipeline = run("--by", by, "--csv", "--top", "all");
      Run run = run("--by", by, "--csv", "--top", "all", "--by-hand", "--chaos", "60", "--seed", "1");

      assertSame(pipeline, run, 60);
      assertSame(run("--by", by, "--csv", "--top", "all", "--by-hand"), run, 60);
    }

    @Test
    void oneCrashIsMadeToo() {
      assertSame(run(), run("--chaos", "1"), 1);
    }
  }

  static Stream<Object[]> keysAndSeeds() {
    return Stream.of(Key.values())
        .flatMap(key -> Stream.of("1", "2", "-3").map(seed -> new Object[]{key.word(), seed}));
  }

  @Nested
  class OfAnInputWithMalformedLines {
    private Path file;

    @BeforeEach
    void write() throws IOException {
      StringBuilder text = new StringBuilder(SampleLines.HEADER);
      for (int i = 0; i < 30_000; i++) {
        text.append("2001-01-%02dT07:05,%d,1750,A%d,LAS\n".formatted(1 + i % 31, i % 400 - 50, i % 300));
        if (i % 7 == 0) text.append("oops ").append(i).append('\n');
        if (i % 5000 == 17) text.append("x".repeat(50_000)).append('\n');
      }
      file = SampleLines.write(folder.resolve("bad.csv"), text.toString());
    }

    @Test
    void theReportIsTheSame() {
      assertSame(run("--csv", file.toString()), run("--csv", "--chaos", "200", file.toString()), 200);
    }

    @Test
    void theRejectsFileIsTheSame() throws IOException {
      Path calm = folder.resolve("calm.tsv");
      Path stormy = folder.resolve("stormy.tsv");
      run("--parsers", "1", "--rejects", calm.toString(), file.toString());
      run("--parsers", "1", "--rejects", stormy.toString(), "--chaos", "200", file.toString());

      assertThat(Files.mismatch(calm, stormy)).isEqualTo(-1);
    }

    @Test
    void theRejectsFileHasTheSameLinesWithSeveralParsers() throws IOException {
      Path calm = folder.resolve("calm.tsv");
      Path stormy = folder.resolve("stormy.tsv");
      run("--rejects", calm.toString(), file.toString());
      run("--rejects", stormy.toString(), "--chaos", "200", file.toString());

      assertThat(sorted(stormy)).isEqualTo(sorted(calm));
    }

    private static List<String> sorted(Path file) throws IOException {
      return Files.readAllLines(file).stream().sorted().toList();
    }
  }

  @Nested
  class OfSeveralInputs {
    @Test
    void noLineIsLostOrReadTwice() throws IOException {
      List<String> rows = new ArrayList<>();
      for (int i = 0; i < 5000; i++)
        rows.add("2001-01-31T%02d:05,%d,1750,D%d,LAS\n".formatted(i % 24, i % 100, i % 37));
      String text = SampleLines.HEADER + String.join("", rows);
      String plain = SampleLines.write(folder.resolve("a.csv"), text).toString();
      String unfinished = SampleLines.write(folder.resolve("b.csv"), text.stripTrailing()).toString();
      String packed = Files.write(folder.resolve("c.csv.gz"), SampleLines.gzip(text)).toString();
      String headerOnly = SampleLines.write(folder.resolve("d.csv"), SampleLines.HEADER).toString();
      InputStream before = System.in;
      try {
        String[] inputs = {"--csv", plain, "-", packed, headerOnly, unfinished};
        System.setIn(SampleLines.inPiecesOf(3000, SampleLines.gzip(text)));
        Run calm = run(inputs);
        System.setIn(SampleLines.inPiecesOf(3000, SampleLines.gzip(text)));
        Run run = run(Stream.concat(Stream.of("--chaos", "150"), Arrays.stream(inputs)).toArray(String[]::new));

        assertSame(calm, run, 150);
      } finally {
        System.setIn(before);
      }
    }
  }

  @Nested
  class OfAnInputThatIsShort {
    @ParameterizedTest
    @ValueSource(strings = {"", "2001-01-31T07:05,16,1750,DTW,LAS\n", "oops"})
    void allCrashesAreMade(String rows) throws IOException {
      String file = SampleLines.write(folder.resolve("short.csv"), SampleLines.HEADER + rows).toString();

      assertSame(run(file), run("--chaos", "80", file), 80);
    }
  }

  /** Else the supervisor would warn of each stage, on standard error. */
  @Test
  void moreRestartsAreAllowedThanDeliveriesOfAnEvent() {
    Chaos.Wish wish = new Chaos.Wish(100, OptionalLong.of(5));
    Chaos chaos = new Chaos(wish, List.of("a"), OptionalLong.of(1000), new ReadMeter());
    int restarts = wish.supervisedBy(SupervisorSpec.of("flights")).intensity().restarts();
    assertThat(restarts).isGreaterThan(chaos.redelivery().attempts());
  }

  @Nested
  class WithASeed {
    @Test
    void theCrashesOfEachStageArePlannedAlike() {
      ReadMeter meter = new ReadMeter();
      meter.show(1, 1000);

      assertThat(moments(new Chaos.Wish(100, OptionalLong.of(5)), meter))
          .isEqualTo(moments(new Chaos.Wish(100, OptionalLong.of(5)), meter))
          .isNotEqualTo(moments(new Chaos.Wish(100, OptionalLong.of(6)), meter));
    }

    private static String moments(Chaos.Wish wish, ReadMeter meter) {
      Chaos chaos = new Chaos(wish, List.of("a", "b"), OptionalLong.of(1000), meter);
      return untilGood(chaos, "a") + untilGood(chaos, "b");
    }

    /** Takes a turn of a stage until it is good, without an engine, and tells what it crashed of. */
    private static String untilGood(Chaos chaos, String name) {
      StringBuilder crashes = new StringBuilder();
      while (true) {
        try {
          chaos.<String>consumer(name, () -> (events, from) -> events.forEach(String::length)).create()
              .onEvents(List.of("x", "y"), null);
          return crashes.toString();
        } catch (PlannedCrash crash) {
          crashes.append(crash.getMessage()).append('\n');
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      }
    }
  }

  @Nested
  class WhenAStageFailsByItself {
    @Test
    void theJobFailsAsWithoutChaos() throws IOException {
      byte[] whole = SampleLines.gzip(SampleLines.HEADER + "2001-01-31T07:05,16,1750,DTW,LAS\n".repeat(200_000));
      String broken = Files.write(folder.resolve("a.csv.gz"), Arrays.copyOf(whole, whole.length / 2)).toString();

      assertThat(run("--chaos", "100", broken)).isEqualTo(run(broken));
    }

    @Test
    void itIsTriedNoSecondTime() throws IOException {
      String empty = SampleLines.write(folder.resolve("a.csv"), "").toString();
      InputStream before = System.in;
      try {
        System.setIn(InputStream.nullInputStream());
        assertThat(run("--chaos", "100", "-")).isEqualTo(new Run(Flights.FAILED, "",
            "flights: standard input is empty: its first line must be date,delay,distance,origin,destination\n"));
      } finally {
        System.setIn(before);
      }
      assertThat(run("--chaos", "100", empty).exit()).isEqualTo(Flights.FAILED);
    }
  }

  @Nested
  class WhenAnEventIsGivenUp {
    @Test
    void theJobFailsRatherThanCountWithoutIt() {
      Chaos chaos = new Chaos(new Chaos.Wish(1, OptionalLong.of(1)), List.of("a"), OptionalLong.of(1), new ReadMeter());
      assertThatCode(chaos::ensureHarmless).doesNotThrowAnyException();

      chaos.lost(new DeadLetter("x", new IOException("no"), "flights/tally-0", 3, 2, Instant.EPOCH, 1));

      assertThatThrownBy(chaos::ensureHarmless).isInstanceOf(JobFailed.class)
          .hasMessage(
              "stage flights/tally-0 has given up an event, so the table would be wrong; its cause: java.io.IOException: no");
    }
  }

  @Test
  void saysNothingOfItIfAskedTo() {
    assertThat(run("--quiet", "--chaos", "20")).isEqualTo(run("--quiet"));
  }

  @Test
  void refusesToKeepRejectsWhereNothingCanBeCutOff() {
    assertThat(run("--chaos", "5", "--rejects", "/dev/null")).isEqualTo(new Run(Flights.MISUSED, "",
        "flights: --rejects must be a file with --chaos, because what a crashed stage has written is cut off again, but /dev/null is none\n"));
  }

  private static void assertSame(Run calm, Run stormy, int crashes) {
    assertThat(calm.exit()).isZero();
    assertThat(stormy.exit()).isZero();
    assertThat(stormy.out()).isEqualTo(calm.out());
    assertThat(stormy.errBeside(crashes)).isEqualTo(calm.err());
  }

  private static Run run(String... arguments) {
    Capture out = new Capture();
    Capture err = new Capture();
    int exit = new Flights(new Streams(out, err, false, false), job -> {}, Duration.ofSeconds(1)).run(arguments);
    return new Run(exit, out.text(), err.text());
  }
}
