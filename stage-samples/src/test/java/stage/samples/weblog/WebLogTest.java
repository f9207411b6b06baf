package stage.samples.weblog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import stage.samples.lines.Line;
import stage.samples.lines.Told;

class WebLogTest {
  private static final String FOUR = """
      a - - [10/Oct/2000:13:55:36 -0700] "GET /x HTTP/1.0" 200 100
      b - bob dylan [10/Oct/2000:13:56:01 -0700] "GET /y,z HTTP/1.0" 404 -
      what?
      a - - [10/Oct/2000:13:55:59 -0700] "GET /x HTTP/1.0" 200 50 "http://r/" "an \\"agent\\""
      """;

  @TempDir
  Path folder;

  private String file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  private static Told run(String... arguments) {
    return Told.by(WebLog::run, arguments);
  }

  private static Entry parse(String text) {
    return AccessLogLine.parse(new Line(0, "log", 1, text));
  }

  @Nested
  class ALine {
    @Test
    void isARequestInTheCommonAndTheCombinedFormat() {
      assertThat(parse("::1 - frank [10/Oct/2000:13:55:36 -0700] \"GET /apache_pb.gif HTTP/1.0\" 200 2326"))
          .isEqualTo(new Hit("::1", Instant.parse("2000-10-10T20:55:36Z"), "/apache_pb.gif", 200, 2326));
      assertThat(parse("h - a [b] [10/Oct/2000:13:55:36 +0000] \"-\" 408 - \"-\" \"\"")).isInstanceOf(Malformed.class);
      assertThat(parse("h - - [29/Feb/2024:00:00:00 +0530] \"\\\"odd\" 408 - \"-\" \"a \\\" b\""))
          .isEqualTo(new Hit("h", Instant.parse("2024-02-28T18:30:00Z"), "\\\"odd", 408, 0));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
        "h - - [10/Oct/2000:25:55:36 -0700] \"GET / HTTP/1.0\" 200 1 | the time must be like 30/Nov/2026:12:00:00 +0000, but is \"10/Oct/2000:25:55:36 -0700\"",
      "h - - [10/Okt/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 200 1 | the time must be like",
      "h - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 20x 1 | the status must have three digits, but is \"20x\"",
      "h - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 200 | there is no status",
      "h - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 200 -1 | the bytes must be a number or -",
      "h - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0 | the quotation mark of the request is not closed",
      "h - - [10/Oct/2000:13:55:36 -0700] GET / 200 1 | there is no request in quotation marks",
      "h - - [10/Oct/2000:13:55:36 -0700] \"GET /\" 200 1 \"r\" | there must be a ' '",
      "h - - 10/Oct/2000 | there is no user and no time in brackets",
      "h | a request must be like 10.0.0.1 - - [30/Nov/2026:12:00:00 +0000] \"GET / HTTP/1.1\" 200 17, but",
      "h i | there is no identity",
      "~~ | the line is empty"
    })
    void saysWhatIsWrongWithIt(String line, String reason) {
      assertThat(parse(line)).isInstanceOfSatisfying(Malformed.class, wrong -> assertThat(wrong.reason())
          .startsWith(reason));
    }
  }

  @Nested
  class ATable {
    @Test
    void isOrderedByRequestsThenByKeyAndCountsWhatIsMalformed() throws IOException {
      Told told = run("--by", "path", "--csv", file("log", FOUR));
      assertThat(told.out()).isEqualTo("path,requests,bytes\n/x,2,150\n\"/y,z\",1,0\n");
      assertThat(told.err()).startsWith("1 malformed line was left out:\n").contains("log:3: ");
      assertThat(run("--by", "client", "--csv", "--top", "1", file("log", FOUR)).out())
          .isEqualTo("client,requests,bytes\na,2,150\n");
      assertThat(run("--by", "minute", "--csv", file("log", FOUR)).out())
          .isEqualTo("minute,requests,bytes\n2000-10-10T20:55,2,150\n2000-10-10T20:56,1,0\n");
    }

    @Test
    void hasAWindowInUtcFirst() throws IOException {
      assertThat(run("--by", "status", "--window", "1m", "--csv", file("log", FOUR)).out())
          .isEqualTo("window,status,requests,bytes\n2000-10-10T20:55,200,2,150\n2000-10-10T20:56,404,1,0\n");
    }

    @Test
    void leavesOutAndCountsWhatIsTooLateForItsWindow() throws IOException {
      String file = file("log", request("13:55:00") + request("13:57:01") + request("13:55:59"));

      Told told = run("--by", "status", "--window", "1m", "--out-of-order", "1m", "--csv", file);

      assertThat(told.out()).isEqualTo("window,status,requests,bytes\n"
          + "2000-10-10T13:55,200,1,7\n2000-10-10T13:57,200,1,7\n");
      assertThat(told.err()).isEqualTo("1 request was too late for its window\n");
    }

    @Test
    void ofWindowsIsTheSameWhateverTheOrderOfTheFilesAndWhateverFails() throws IOException {
      String old = file("old", request("13:55:00"));
      String recent = file("recent", request("15:57:01") + request("15:58:02"));
      String[] wish = {"--by", "status", "--window", "1m", "--out-of-order", "1m", "--csv"};
      Told told = run(with(wish, old, recent));

      assertThat(told.out()).contains("13:55,").contains("15:57,").contains("15:58,");
      assertThat(run(with(wish, recent, old)).out()).isEqualTo(told.out());
      assertThat(run(with(wish, "--chaos", "3", recent, old)).out()).isEqualTo(told.out());
      assertThat(told.err()).isEqualTo("0 requests were too late for their windows\n");
    }

    @Test
    void ofAWindowIsShownWhileItsFileGrows() throws Exception {
      String file = file("log", request("13:55:00"));
      var told = new Told();
      Thread running = Thread.ofVirtual().start(() -> told.run(WebLog::run, "--by", "status", "--window", "1m",
          "--out-of-order", "1m", "--csv", "--follow", file));
      Runnable interruption = told.followed();
      Files.writeString(Path.of(file), request("13:58:00"), StandardOpenOption.APPEND);
      told.awaitOut("2000-10-10T13:55,200,1,7\n");
      interruption.run();
      running.join();

      assertThat(told.out()).isEqualTo("window,status,requests,bytes\n"
          + "2000-10-10T13:55,200,1,7\n2000-10-10T13:58,200,1,7\n");
    }

    @Test
    void isSummedUpWhileItsFileGrows() throws Exception {
      for (String[] wish : new String[][] {{"--by", "status", "--follow"}, {"--follow"}}) {
        String file = file("log", request("13:55:00") + "what?\n");
        var told = new Told();
        Thread running = Thread.ofVirtual().start(() -> told.run(WebLog::run, with(wish, file)));
        told.awaitOut("1 request, 1 malformed line\n");
        told.followed().run();
        running.join();
        assertThat(told.code()).isZero();
        assertThat(told.out()).contains("1 malformed line\nstatus  requests  bytes\n200            1      7\n");
      }
    }

    @Test
    void ofNoLogSaysSo() throws IOException {
      Told told = run("--by", "status", "--csv", file("readme", "# Stage\n\nis a library\n"));
      assertThat(told.out()).isEqualTo("status,requests,bytes\n");
      assertThat(told.err()).startsWith(
          "3 malformed lines were left out, and there were no others: is this a web server's log?\n");
    }

    private static String request(String time) {
      return "a - - [10/Oct/2000:" + time + " +0000] \"GET / HTTP/1.0\" 200 7\n";
    }

    private static String[] with(String[] wish, String... more) {
      return Stream.concat(Stream.of(wish), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void keepsMalformedLinesInAFile() throws IOException {
      Path rejects = folder.resolve("rejects");
      run("--by", "status", "--rejects", rejects.toString(), file("log", FOUR));
      assertThat(Files.readString(rejects)).startsWith(folder.resolve("log") + "\t3\ta request must be like ")
          .endsWith("\twhat?\n");
      assertThat(run("--rejects", file("log", FOUR), file("log", FOUR)).code()).isEqualTo(2);
    }

    @Test
    void isOneOf() {
      assertThat(run("--by", "day").err())
          .contains("--by must be one of status, path, client, minute, but was \"day\"");
      assertThat(run("--csv").out()).startsWith("status,requests,bytes\n200,");
      assertThat(run("--csv", "--by", "path").out().lines().count()).as("all there are").isGreaterThan(11);
      assertThat(run("--by", "path", "--window", "1w").err())
          .contains("--window must be a time such as 30s, 1m, 1h or 1d, but was \"1w\"");
    }
  }

  @Nested
  class TheLogThatComesWithTheProgram {
    @Test
    void isWhatItsGeneratorMakes() throws IOException {
      try (var in = WebLog.class.getResourceAsStream(SampleLog.RESOURCE)) {
        assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(SampleLog.text());
      }
    }

    @ParameterizedTest
    @EnumSource(By.class)
    void isCountedAsAPlainLoopDoes(By by) {
      Map<String, Traffic> byHand = new TreeMap<>();
      SampleLog.text().lines().forEach(line -> {
        if (parse(line) instanceof Hit hit) byHand.merge(by.key(hit), new Traffic(1, hit.bytes()), Traffic::plus);
      });
      Told told = run("--by", by.word(), "--csv", "--top", "all");
      Map<String, Traffic> counted = new TreeMap<>();
      told.out().lines().skip(1).forEach(row -> {
        String[] cells = row.split(",");
        counted.put(cells[0], new Traffic(Long.parseLong(cells[1]), Long.parseLong(cells[2])));
      });
      assertThat(counted).isEqualTo(byHand);
      assertThat(run("--by", by.word(), "--csv", "--top", "all", "--chaos", "9").out()).isEqualTo(told.out());
    }

    @Test
    void isReportedOn() {
      assertThat(run().out()).contains("status  requests", "errors per minute",
          "sessions, each until 10 minutes without a request, of 3982 requests");
    }
  }
}
