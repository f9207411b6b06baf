package stage.samples.flights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FlightsTest {
  private static final String FOUR_FLIGHTS = SampleLines.HEADER
      + """
      2001-01-31T07:05,16,1750,DTW,LAS
      2001-01-31T07:55,-5,1750,DTW,LAS
      2001-02-01T08:00,15,2399,SFO,HNL
      2001-02-01T23:59,90,228,DTW,ORD
      """;

  @TempDir
  Path folder;

  private final Capture out = new Capture();
  private final Capture err = new Capture();

  @Nested
  class OfAFile {
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
      "origin      | DTW,3,33.67,90,66.7,90 SFO,1,15.00,15,0.0,15",
      "destination | LAS,2,5.50,16,50.0,16 HNL,1,15.00,15,0.0,15 ORD,1,90.00,90,100.0,90",
      "route       | DTW-LAS,2,5.50,16,50.0,16 DTW-ORD,1,90.00,90,100.0,90 SFO-HNL,1,15.00,15,0.0,15",
      "day         | 2001-01-31,2,5.50,16,50.0,16 2001-02-01,2,52.50,90,50.0,90",
      "hour        | 07,2,5.50,16,50.0,16 08,1,15.00,15,0.0,15 23,1,90.00,90,100.0,90"
    })
    void countsByTheKey(String by, String rows) throws IOException {
      assertThat(run("--by", by, "--csv", file("a.csv", FOUR_FLIGHTS))).isZero();

      assertThat(out.text()).isEqualTo(csv(rows.split(" ")));
      assertThat(err.text()).isEmpty();
    }

    @Test
    void fl10_skipsTheHeadersOfFilesThatWerePutTogetherAndCountsThemApart() throws IOException {
      String flight = "2001-02-01T08:00,15,2399,SFO,HNL\n";
      String again = SampleLines.HEADER.replace("\n", "\r\n");
      assertThat(
          run("--csv", file("a.csv", FOUR_FLIGHTS + SampleLines.HEADER + flight + "\uFEFF" + again + flight + "x\n")))
          .isZero();

      assertThat(out.text()).isEqualTo(csv("DTW,3,33.67,90,66.7,90", "SFO,3,15.00,15,0.0,15"));
      assertThat(err.text()).startsWith("2 more headers were skipped\n1 malformed line was left out:\n");
    }

    @Test
    void fl05_saysInOneSentenceThatItCannotBeOpened() throws IOException {
      Path socket = folder.resolve("socket");
      try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        server.bind(UnixDomainSocketAddress.of(socket));
        assertThat(run(socket.toString())).isEqualTo(1);
      }

      assertThat(out.text()).isEmpty();
      assertThat(err.text()).isEqualTo("flights: cannot open " + socket + ": no such device or address\n");
    }

    @Test
    void showsAsManyLinesAsAreAskedFor() throws IOException {
      run("--by", "hour", "--top", "1", "--csv", file("a.csv", FOUR_FLIGHTS));

      assertThat(out.text()).isEqualTo(csv("07,2,5.50,16,50.0,16"));
    }

    @Test
    void showsAPlainTableToPeople() throws IOException {
      run(file("a.csv", FOUR_FLIGHTS));

      assertThat(out.text()).isEqualTo(
          """
          key  flights  mean_delay  p95_delay  late_percent  worst_delay
          DTW        3       33.67         90          66.7           90
          SFO        1       15.00         15           0.0           15
          """);
    }

    @Test
    void countsTheLastLineWithoutItsLineFeed() throws IOException {
      run("--csv", file("a.csv", SampleLines.HEADER + "2001-01-31T07:05,16,1750,DTW,LAS"));

      assertThat(out.text()).isEqualTo(csv("DTW,1,16.00,16,100.0,16"));
    }

    @Test
    void thatHasAHeaderOnlyHasATableWithoutRows() throws IOException {
      assertThat(run("--json", file("a.csv", SampleLines.HEADER))).isZero();

      assertThat(out.text()).isEqualTo("[]\n");
    }
  }

  @Nested
  class OfSeveralInputs {
    @Test
    void countsAllTogether() throws IOException {
      Path packed = Files.write(folder.resolve("b.csv.gz"), SampleLines.gzip(FOUR_FLIGHTS));
      InputStream before = System.in;
      try {
        System.setIn(new ByteArrayInputStream(SampleLines.bytes(FOUR_FLIGHTS)));
        assertThat(run("--csv", file("a.csv", FOUR_FLIGHTS), packed.toString(), "-")).isZero();
      } finally {
        System.setIn(before);
      }

      assertThat(out.text()).isEqualTo(csv("DTW,9,33.67,90,66.7,90", "SFO,3,15.00,15,0.0,15"));
    }
  }

  @Nested
  class OfTheBuiltInFlights {
    @ParameterizedTest
    @EnumSource
    void agreesWithTheReference(Key by) {
      assertThat(run("--by", by.word(), "--csv", "--top", "all")).isZero();

      assertThat(out.text()).isEqualTo(Reference.csv(builtIn(), by.word()));
      assertThat(err.text()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 5", "3, 1", "5, 64"})
    void isTheSameWithAnyNumberOfParsersAndPartitions(String parsers, String partitions) {
      assertThat(run("--by", "route", "--csv", "--top", "all", "--parsers", parsers, "--partitions", partitions))
          .isZero();

      assertThat(out.text()).isEqualTo(Reference.csv(builtIn(), "route"));
    }

    private static List<String> builtIn() {
      try (InputStream in = Objects.requireNonNull(Flights.class.getResourceAsStream("flights-20k.csv"))) {
        return new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Nested
  class OfMalformedLines {
    private static final String THREE_BAD = SampleLines.HEADER
        + """
        2001-01-31T07:05,16,1750,DTW,LAS
        oops

        2001-01-31T07:55,late,1750,DTW,LAS
        2001-02-01T08:00,15,2399,SFO,HNL
        """;

    @Test
    void countsTheOthersAndReportsThese() throws IOException {
      String file = file("a.csv", THREE_BAD);
      assertThat(run("--csv", file)).isZero();

      assertThat(out.text()).isEqualTo(csv("DTW,1,16.00,16,100.0,16", "SFO,1,15.00,15,0.0,15"));
      assertThat(err.text()).isEqualTo(
          """
          3 malformed lines were left out:
            %1$s:3: there must be 5 columns, but there is 1
            %1$s:4: the line is empty
            %1$s:5: delay must be a whole number from -1440 to 10080, but is "late"
          """.formatted(file));
    }

    @Test
    void keepsAllOfThemInAFile() throws IOException {
      String file = file("a.csv", THREE_BAD);
      Path rejects = folder.resolve("rejects.tsv");
      assertThat(run("--csv", "--rejects", rejects.toString(), file)).isZero();

      assertThat(rejects).hasContent(
          """
          %1$s\t3\tthere must be 5 columns, but there is 1\toops
          %1$s\t4\tthe line is empty\t
          %1$s\t5\tdelay must be a whole number from -1440 to 10080, but is "late"\t2001-01-31T07:55,late,1750,DTW,LAS
          """.formatted(file));
    }

    @Test
    void namesOnlyTheFirstOfThem() throws IOException {
      String file = file("a.csv", SampleLines.HEADER + "x\n".repeat(50_000));
      assertThat(run(file)).isZero();

      assertThat(err.text().lines()).hasSize(12)
          .startsWith("50000 malformed lines were left out:",
              "  " + file + ":2: there must be 5 columns, but there is 1")
          .endsWith("  and 49990 more; --rejects FILE keeps them all");
    }

    @Test
    void keepsManyOfThemOnceEach() throws IOException {
      Path rejects = folder.resolve("rejects.tsv");
      assertThat(run("--rejects", rejects.toString(), file("a.csv", SampleLines.HEADER + "x\n".repeat(100_000))))
          .isZero();

      try (Stream<String> lines = Files.lines(rejects)) {
        assertThat(lines.mapToInt(line -> Integer.parseInt(line.split("\t")[1])).sorted().toArray()).containsExactly(
            IntStream.rangeClosed(2, 100_001).toArray());
      }
    }

    @Test
    void copesWithNothingButLineFeeds() throws IOException {
      assertThat(run(file("a.csv", SampleLines.HEADER + "\n".repeat(400_000)))).isZero();

      assertThat(err.text()).startsWith("400000 malformed lines were left out:");
    }

    @Test
    void copesWithALineWithoutEnd() throws IOException {
      String file =
          file("a.csv", SampleLines.HEADER + "x".repeat(1_000_000) + "\n2001-01-31T07:05,16,1750,DTW,LAS\nbad\n");
      assertThat(run("--csv", file)).isZero();

      assertThat(out.text()).isEqualTo(csv("DTW,1,16.00,16,100.0,16"));
      assertThat(err.text()).contains(file + ":2: the line is longer than 1024 bytes\n", file + ":4: ");
    }

    @Test
    void doesNotOverwriteItsInputWithThem() throws IOException {
      String file = file("a.csv", THREE_BAD);

      assertThat(run("--rejects", file, file)).isEqualTo(Flights.MISUSED);
      assertThat(err.text()).isEqualTo("flights: --rejects must not be one of the inputs, but is " + file + "\n");
      assertThat(Path.of(file)).hasContent(THREE_BAD);
    }

    @Test
    void failsIfTheyCannotBeKept() throws IOException {
      Path nowhere = folder.resolve("none").resolve("rejects.tsv");

      assertThat(run("--rejects", nowhere.toString(), file("a.csv", THREE_BAD))).isEqualTo(Flights.FAILED);
      assertThat(err.text())
          .isEqualTo("flights: cannot write the rejects to " + nowhere + ": there is no such file or directory\n");
      assertThat(out.text()).isEmpty();
    }
  }

  @Nested
  class Fails {
    @Test
    void withOneSentenceOnAWrongCommandLine() {
      assertThat(run("--by", "carrier")).isEqualTo(Flights.MISUSED);

      assertThat(err.text())
          .isEqualTo("flights: --by must be one of origin, destination, route, day, hour, but was \"carrier\"\n");
      assertThat(out.text()).isEmpty();
    }

    @Test
    void withOneSentenceOnAMissingFile() {
      assertThat(run("none.csv")).isEqualTo(Flights.FAILED);

      assertThat(err.text()).isEqualTo("flights: there is no file none.csv\n");
    }

    @Test
    void fl06_withOneSentenceOnALinkThatLeadsRoundInACircle() throws IOException {
      Path loop = folder.resolve("loop.csv");
      Files.createSymbolicLink(loop, loop.getFileName());

      assertThat(run(loop.toString())).isEqualTo(Flights.FAILED);
      assertThat(err.text()).isEqualTo("flights: " + loop + " is a symbolic link that leads round in a circle\n");
    }

    @Test
    void withOneSentenceOnAFileThatBreaksOffInTheMiddle() throws IOException {
      byte[] whole = SampleLines.gzip(SampleLines.HEADER + "2001-01-31T07:05,16,1750,DTW,LAS\n".repeat(200_000));
      Path broken = Files.write(folder.resolve("a.csv.gz"), Arrays.copyOf(whole, whole.length / 2));

      assertThat(run(broken.toString())).isEqualTo(Flights.FAILED);
      assertThat(err.text()).isEqualTo("flights: " + broken + " is a gzip file that breaks off in the middle\n");
      assertThat(out.text()).isEmpty();
    }

    @Test
    void withOneSentenceWhenStandardInputIsEmpty() {
      InputStream before = System.in;
      try {
        System.setIn(InputStream.nullInputStream());
        assertThat(run("-")).isEqualTo(Flights.FAILED);
      } finally {
        System.setIn(before);
      }
      assertThat(err.text()).isEqualTo(
          "flights: standard input is empty: its first line must be date,delay,distance,origin,destination\n");
    }

    @Test
    void whenTheTableCannotBeWritten() {
      assertThat(run(refusing("No space left on device"))).isEqualTo(Flights.FAILED);
      assertThat(err.text()).isEqualTo("flights: cannot write to standard output: no space left on device\n");
    }
  }

  @Test
  void endsQuietlyWhenNobodyReadsTheTable() {
    assertThat(run(refusing("Broken pipe"))).isZero();
    assertThat(err.text()).isEmpty();
  }

  @Test
  void helps() {
    assertThat(run("--help")).isZero();
    assertThat(out.text()).isEqualTo(FlightOptions.USAGE);
  }

  @Test
  void sumsUpForAPerson() throws IOException {
    new Flights(new Streams(out, err, true, true), job -> {}, Duration.ofSeconds(1)).run(file("a.csv", FOUR_FLIGHTS));

    assertThat(err.text()).endsWith("4 flights, 2 origins, 0 malformed lines\n");
  }

  @Test
  void isSilentIfAskedTo() throws IOException {
    new Flights(new Streams(out, err, true, true), job -> {}, Duration.ofSeconds(1)).run("--quiet",
        file("a.csv", FOUR_FLIGHTS));

    assertThat(err.text()).isEmpty();
  }

  private int run(String... arguments) {
    return run(out, arguments);
  }

  private int run(OutputStream out, String... arguments) {
    return new Flights(new Streams(out, err, false, false), job -> {}, Duration.ofSeconds(1)).run(arguments);
  }

  private static OutputStream refusing(String reason) {
    return new OutputStream() {
      @Override
      public void write(int one) throws IOException {
        throw new IOException(reason);
      }
    };
  }

  private static String csv(String... rows) {
    return "key,flights,mean_delay,p95_delay,late_percent,worst_delay\n" + String.join("\n", rows) + "\n";
  }

  private String file(String name, String text) throws IOException {
    return SampleLines.write(folder.resolve(name), text).toString();
  }
}
