package stage.samples.lines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import stage.api.pipeline.Pipeline;
import stage.samples.flights.Capture;
import stage.samples.flights.Streams;
import stage.samples.flights.UsageError;
import stage.samples.watch.WatchMode;

class WatchedJobTest {
  private final Capture err = new Capture();
  private final Streams streams = new Streams(new Capture(), err, false, false);

  private WatchedJob job(String... arguments) throws UsageError {
    return new WatchedJob("sample", new CommandLine(Set.of(CommandLine.WATCH), Map.of(), arguments).watching(),
        streams);
  }

  @Test
  void showsItsStagesOnAPageWhileItRuns() throws Exception {
    long sum = job("--watch").run(Pipeline.of(1, 2, 3).map(n -> {
      if (n == 1) {
        String address = err.text().replaceFirst("watch: ", "").strip();
        HttpResponse<String> tree = HttpClient.newHttpClient().send(
            HttpRequest.newBuilder(URI.create(address + "tree.json")).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(tree.body()).contains("\"path\":\"sample/job/").contains("\"steps\":\"map");
      }
      return n;
    }).reduce(0, Integer::sum));

    assertThat(sum).isEqualTo(6);
    assertThat(err.text()).startsWith("watch: http://127.0.0.1:");
  }

  @Test
  void showsThemOnATerminalToo() throws Exception {
    assertThat(job("--watch=tty").run(Pipeline.of(1, 2, 3).count())).isEqualTo(3);
  }

  @Test
  void showsNothingUnasked() throws Exception {
    assertThat(job().run(Pipeline.of(1, 2, 3).count())).isEqualTo(3);
    assertThat(err.text()).isEmpty();
  }

  @Test
  void saysThatAPortIsTaken() throws Exception {
    try (var other = new ServerSocket()) {
      other.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      WatchedJob job = job("--watch=" + other.getLocalPort());

      assertThatThrownBy(() -> job.run(Pipeline.of(1).count())).isInstanceOf(UsageError.class)
          .hasMessageContaining("port " + other.getLocalPort() + " is taken");
    }
  }

  @Nested
  class ACommandLine {
    @ParameterizedTest(name = "{0}")
    @CsvSource({"--watch=", "--watch", "--watch=0"})
    void takesAnyPort(String argument) throws UsageError {
      assertThat(new CommandLine(Set.of(CommandLine.WATCH), Map.of(), argument).watching())
          .isEqualTo(new WatchMode.OnPage(0));
    }

    @Test
    void refusesWhatIsNeitherAPortNorATerminal() throws UsageError {
      var line = new CommandLine(Set.of(CommandLine.WATCH), Map.of(), "--watch=nowhere");
      assertThatThrownBy(line::watching).isInstanceOf(UsageError.class)
          .hasMessage("--watch must be a port from 0 to 65535, or tty, but was \"nowhere\"");
    }

    @Test
    void takesAFileBehindIt() throws UsageError {
      var line = new CommandLine(Set.of(CommandLine.WATCH), Map.of(), "--watch", "8080");
      assertThat(line.watching()).isEqualTo(new WatchMode.OnPage(0));
      assertThat(line.inputs()).hasSize(1);
    }
  }
}
