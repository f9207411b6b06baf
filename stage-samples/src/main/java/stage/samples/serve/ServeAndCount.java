package stage.samples.serve;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import stage.api.Demand;
import stage.api.Stage;
import stage.api.supervision.Supervisor;
import stage.samples.flights.StandardOutput;

/**
 * {@code ./stage serve-and-count}: an HTTP server streams flights, and a pipeline counts them. Between the two is a
 * socket, and yet the pipeline's demand is all that is written: it goes through {@link java.util.concurrent.Flow} to
 * the HTTP client, which then does not read, so that the socket fills and holds up the server.
 */
public final class ServeAndCount {
  private static final String USAGE = """
      usage: ./stage serve-and-count [--flights N] [--per-second N]

        --flights N     how many flights to serve, each time; 400000 if not given
        --per-second N  how many of them the slow consumer takes in a second; 200000 if not given
        --help          this text
      """;

  private final FlightServer server;

  ServeAndCount(FlightServer server) {
    this.server = server;
  }

  /**
   * What one run has shown.
   *
   * @param counts flights by origin
   * @param ahead by how many flights the server was ahead of the consumer, at most
   * @param servedNanos when the server had written the last flight, from the beginning
   * @param nanos when the consumer had counted it
   */
  private record Run(Map<String, Long> counts, long ahead, long servedNanos, long nanos) {}

  /**
   * Counts twice: as fast as it can, and slowly. Before that once more, to warm up.
   *
   * @param args {@code --flights N}, {@code --per-second N}, {@code --help}
   * @throws IOException if the server cannot be started, or the flights are missing
   * @throws InterruptedException if interrupted while waiting
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (List.of(args).contains("--help") || List.of(args).contains("-h")) {
      System.out.print(USAGE);
      return;
    }
    long flights = 400_000;
    long perSecond = 200_000;
    for (int i = 0; i < args.length; i += 2) {
      String mistake = mistake(args, i);
      if (!mistake.isEmpty()) {
        System.err.println("serve-and-count: " + mistake);
        System.exit(2);
      }
      if (args[i].equals("--flights")) flights = Long.parseLong(args[i + 1]);
      else perSecond = Long.parseLong(args[i + 1]);
    }
    try (var server = new FlightServer(FlightLines.of(flights))) {
      new ServeAndCount(server).compare(flights, perSecond);
    }
    StandardOutput.check("serve-and-count");
  }

  /** {@return what is wrong with the option at {@code i} or its value; empty if nothing is} */
  static String mistake(String[] args, int i) {
    String option = args[i];
    if (!option.equals("--flights") && !option.equals("--per-second")) {
      return "unknown option " + option + "; there are: --flights, --per-second, --help";
    }
    if (i + 1 == args.length) return option + " needs a value: a number from 1 to 999999999999";
    boolean isNumber = args[i + 1].matches("[1-9][0-9]{0,11}");
    return isNumber ? "" : option + " must be a number from 1 to 999999999999, but was \"" + args[i + 1] + "\"";
  }

  void compare(long flights, long perSecond) throws InterruptedException {
    System.out.printf(
        "%,d flights as JSON over HTTP, counted by a pipeline whose demand reaches back to the server%n%n", flights);
    System.out.printf("%-24s %18s %18s %22s%n", "consumer", "has counted after", "server was done",
        "server ahead, at most");
    run(flights, Long.MAX_VALUE);   // or the first row would show how long the JVM takes to load and compile all this
    Run fast = run(flights, Long.MAX_VALUE);
    print("as fast as it can", fast);
    Run slow = run(flights, perSecond);
    print("%,d a second".formatted(perSecond), slow);
    System.out.printf("%nThe same counts each time: %s, … %,d in all.%n", most(slow.counts()),
        slow.counts().values().stream().mapToLong(n -> n).sum());
    if (!fast.counts().equals(slow.counts()))
      throw new IllegalStateException("the counts differ: " + fast.counts() + " and " + slow.counts());
  }

  private Run run(long flights, long perSecond) throws InterruptedException {
    server.startAnew();
    var result = new CompletableFuture<Map<String, Long>>();
    var ahead = new AtomicLong();
    var served = new AtomicLong();
    long start = System.nanoTime();
    try (var client = Supervisor.open("client"); var http = Http.open()) {
      var body = client.start(Stage.fromPublisher("body", http.bodyOf(server.uri())));
      var lines = client
          .start(Stage.producerConsumer("lines", body, BodyLines::new).withBuffer(100_000).withDemand(Demand.max(2)));
      client.start(Stage.consumer("counts", lines, () -> new OriginCount(perSecond, handled -> {
        long written = server.written();
        ahead.accumulateAndGet(written - handled, Math::max);
        if (written == flights) served.compareAndSet(0, System.nanoTime());
      }, result)).withDemand(Demand.manual()));
      client.join();
    }
    return new Run(result.join(), ahead.get(), served.get() - start, System.nanoTime() - start);
  }

  private static void print(String consumer, Run run) {
    System.out.printf("%-24s %15.2f s  %15.2f s  %,14d flights%n", consumer, run.nanos() / 1e9, run.servedNanos() / 1e9,
        run.ahead());
  }

  private static String most(Map<String, Long> counts) {
    return counts.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
        .limit(3)
        .map(entry -> "%s %,d".formatted(entry.getKey(), entry.getValue())).collect(Collectors.joining(", "));
  }

  /** The JDK's client. From 21 on it can be closed, as is needed here: its threads are not the scope's. */
  private record Http(HttpClient client) implements AutoCloseable {
    static Http open() {
      return new Http(HttpClient.newHttpClient());
    }

    /** A publisher that sends a request each time it is subscribed to: by each incarnation of its stage. */
    Flow.Publisher<List<ByteBuffer>> bodyOf(URI uri) {
      return subscriber -> {
        try {
          client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofPublisher()).body()
              .subscribe(subscriber);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException("interrupted while sending a request", e);
        }
      };
    }

    @Override
    public void close() {
      client.shutdownNow();
    }
  }
}
