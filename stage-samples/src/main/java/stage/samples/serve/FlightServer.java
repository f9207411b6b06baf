package stage.samples.serve;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import stage.api.Demand;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.supervision.Strategy;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;

/**
 * Answers each request with flights, a line of JSON each. A producer makes them, and the thread of the request reads it
 * as a stream: a socket that takes no more holds up that thread, and so the producer.
 */
final class FlightServer implements AutoCloseable {
  private final Supervisor scope = Supervisor.open(SupervisorSpec.of("server").withStrategy(Strategy.DYNAMIC));
  // Platform threads: the JDK's server waits for sockets within monitors, which pins a virtual thread's carrier on
  // JDK 21, whose scheduler may then leave a stage waiting beside an idle carrier.
  private final ExecutorService requests = Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());
  private final AtomicInteger numbers = new AtomicInteger();
  private final AtomicLong written = new AtomicLong();
  private final FlightLines flights;
  private final HttpServer server;

  /** Listens on a free port of the loopback interface. */
  FlightServer(FlightLines flights) throws IOException {
    this.flights = flights;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(requests);
    server.createContext("/flights", this::answer);
    server.start();
  }

  URI uri() {
    return URI.create("http://localhost:" + server.getAddress().getPort() + "/flights");
  }

  /** {@return how many flights were written since it was last asked to {@linkplain #startAnew start anew}} */
  long written() {
    return written.get();
  }

  /** {@return how many requests it was asked to answer} */
  int requests() {
    return numbers.get();
  }

  void startAnew() {
    written.set(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    ProducerRef<String, ?> producer = scope.start(Stage.ofIterable("flights-" + numbers.incrementAndGet(), flights));
    exchange.getResponseHeaders().set("Content-Type", "application/x-ndjson");
    exchange.sendResponseHeaders(200, 0);
    try (exchange;
        Stream<String> lines = producer.stream(Demand.DEFAULT);
        OutputStream body = new BufferedOutputStream(exchange.getResponseBody(), 1 << 14)) {
      for (Iterator<String> each = lines.iterator(); each.hasNext();) {
        body.write(each.next().getBytes(StandardCharsets.UTF_8));
        written.incrementAndGet();
      }
    } finally {
      producer.stop();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    requests.shutdownNow();
    scope.close();
  }
}
