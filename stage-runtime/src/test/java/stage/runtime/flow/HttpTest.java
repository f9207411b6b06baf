package stage.runtime.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StopReason;
import stage.behaviour.support.Await;
import stage.behaviour.support.Series;

/** The HTTP client and the HTTP server of the JDK at the ends of a pipeline, on loopback. */
class HttpTest extends FlowTest {
  private static final int CHUNK = 16 * 1024;
  private static final int LOOKS = 500;
  private static final long BODY = 200L * 1024 * 1024;
  /**
   * What sockets, client and server may hold between a server that writes and a stage that handles: far less than the
   * body.
   */
  private static final long BETWEEN = 48L * 1024 * 1024;

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  // Not virtual: this server waits for sockets within monitors, and where that pins a carrier, on JDK 21, the scheduler
  // was seen to leave threads in its queue beside an idle carrier (JDK-8322732), so that a test hung.
  private final ExecutorService serverThreads = Executors.newCachedThreadPool();
  private final Queue<Throwable> serverFailures = new ConcurrentLinkedQueue<>();
  private HttpServer server;
  private HttpClient client;

  /** Answers one request. */
  @FunctionalInterface
  private interface Answer {
    void to(HttpExchange exchange) throws Exception;
  }

  @BeforeEach
  void open() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(serverThreads);
    server.start();
    client = HttpClient.newBuilder().executor(threads).build();
  }

  @AfterEach
  void closeServer() {
    server.stop(0);
    client.shutdownNow();
    threads.shutdownNow();
    serverThreads.shutdownNow();
    assertThat(serverFailures).isEmpty();
  }

  private URI serve(Answer answer) {
    server.createContext("/", exchange -> {
      try (exchange) {
        answer.to(exchange);
      } catch (Exception e) {
        serverFailures.add(e);
      }
    });
    return URI.create("http://localhost:" + server.getAddress().getPort() + "/");
  }

  /** Sends a request each time that it is subscribed to. */
  private Flow.Publisher<List<ByteBuffer>> bodyOf(URI uri) {
    return subscriber -> answerTo(uri).subscribe(subscriber);
  }

  private Flow.Publisher<List<ByteBuffer>> answerTo(URI uri) {
    try {
      return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofPublisher()).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while sending a request", e);
    }
  }

  /** Each byte says where it is. */
  private static byte at(long position) {
    return (byte) (position * 31 + (position >> 14));
  }

  private static byte[] chunkAt(long position, int size) {
    var chunk = new byte[size];
    for (int i = 0; i < size; i++) chunk[i] = at(position + i);
    return chunk;
  }

  /** Checks what comes, and counts it. */
  private static final class Checker implements Stage.Consumer<List<ByteBuffer>> {
    private final AtomicLong handled;
    private final AtomicLong written;
    private final AtomicLong mostBetween;

    Checker(AtomicLong handled, AtomicLong written, AtomicLong mostBetween) {
      this.handled = handled;
      this.written = written;
      this.mostBetween = mostBetween;
    }

    @Override
    public void onEvents(List<List<ByteBuffer>> events, Inlet<List<ByteBuffer>> from) {
      for (List<ByteBuffer> buffers : events) {
        for (ByteBuffer buffer : buffers) {
          long position = handled.get();
          while (buffer.hasRemaining()) {
            if (buffer.get() != at(position++))
              throw new IllegalStateException("the byte at " + (position - 1) + " is wrong");
          }
          handled.set(position);
        }
        mostBetween.accumulateAndGet(written.get() - handled.get(), Math::max);
      }
    }
  }

  @Test
  void aLargeBodyComesThroughASlowConsumerInFlatMemory() throws Exception {
    var written = new AtomicLong();
    var handled = new AtomicLong();
    var mostBetween = new AtomicLong();
    URI uri = serve(exchange -> {
      exchange.sendResponseHeaders(200, BODY);
      try (OutputStream body = exchange.getResponseBody()) {
        while (written.get() < BODY) {
          body.write(chunkAt(written.get(), CHUNK));
          written.addAndGet(CHUNK);
        }
      }
    });
    var body = noted(scope.start(Stage.fromPublisher("body", bodyOf(uri))));
    var checker = noted(scope.start(Stage.consumer("checker", body, () -> new Checker(handled, written, mostBetween))
        .withDemand(Demand.max(4))));
    for (int part = 1; part <= 8; part++) {   // a machine that is busy may take its time for all of it
      long there = BODY / 8 * part;
      Await.until(() -> handled.get() >= there, "an eighth more of the body comes", body, checker);
    }
    assertThat(Await.end(checker)).isEqualTo(new StopReason.Completed());
    assertThat(handled).hasValue(BODY);
    assertThat(mostBetween.get()).as("bytes that the server was ahead, at most").isLessThan(BETWEEN);
  }

  /** Whether a number has stood still for many looks: a platform thread that waits for a socket counts as runnable. */
  private static BooleanSupplier standsStill(AtomicLong number) {
    var last = new AtomicLong(-1);
    var looks = new AtomicInteger();
    return () -> {
      long now = number.get();
      if (last.getAndSet(now) != now) looks.set(0);
      return looks.incrementAndGet() > LOOKS;
    };
  }

  /** The consumer stands still, and so does the server; what it has not written is not in anybody's memory. */
  @Test
  void aConsumerThatStandsStillStopsTheServer() throws Exception {
    var written = new AtomicLong();
    var handled = new AtomicLong();
    URI uri = serve(exchange -> {
      exchange.sendResponseHeaders(200, BODY);
      try (OutputStream body = exchange.getResponseBody()) {
        while (written.get() < BODY) {
          body.write(chunkAt(written.get(), CHUNK));
          written.addAndGet(CHUNK);
        }
      }
    });
    var body = noted(scope.start(Stage.fromPublisher("body", bodyOf(uri))));
    var checker =
        noted(scope.start(Stage.consumer("checker", body, () -> new Checker(handled, written, new AtomicLong()))
        .withDemand(Demand.max(4))));
    Await.until(() -> handled.get() > 0, "the body begins to come", body, checker);
    checker.pause();
    Await.until(standsStill(written), "the server waits until it can write on", body, checker);
    assertThat(written.get() - handled.get()).as("bytes that the server is ahead").isLessThan(BETWEEN);
    checker.resume();
    assertThat(Await.end(checker)).isEqualTo(new StopReason.Completed());
    assertThat(handled).hasValue(BODY);
  }

  /** Counts what has come, on its way, so that a new request can begin there. */
  private record Counting(Flow.Subscriber<? super List<ByteBuffer>> subscriber, AtomicLong bytes)
      implements Flow.Subscriber<List<ByteBuffer>> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscriber.onSubscribe(subscription);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      bytes.addAndGet(buffers.stream().mapToInt(ByteBuffer::remaining).sum());
      subscriber.onNext(buffers);
    }

    @Override
    public void onError(Throwable failure) {
      subscriber.onError(new OnPurpose("the server dies: " + failure));
    }

    @Override
    public void onComplete() {
      subscriber.onComplete();
    }
  }

  @Test
  void aServerThatDiesInTheMidstOfABodyIsAskedForTheRest() throws Exception {
    long size = 8L * 1024 * 1024;
    var requests = new AtomicInteger();
    URI uri = serve(exchange -> {
      long from = Long.parseLong(exchange.getRequestURI().getQuery());
      boolean dies = requests.getAndIncrement() < 3;
      exchange.sendResponseHeaders(200, size - from);
      OutputStream body = exchange.getResponseBody();
      long end = dies ? Math.min(size - CHUNK, from + 1024 * 1024) : size;
      for (long position = from; position < end; position += CHUNK)
        body.write(chunkAt(position, (int) Math.min(CHUNK, end - position)));
      body.flush();
      if (!dies) body.close();   // else the exchange is closed without the rest, and the connection with it
    });
    var received = new AtomicLong();
    var handled = new AtomicLong();
    Flow.Publisher<List<ByteBuffer>> rest =
        subscriber -> answerTo(URI.create(uri + "?" + received.get())).subscribe(new Counting(subscriber, received));
    var body = noted(scope.start(Stage.fromPublisher("body", rest)));
    var checker = noted(
        scope.start(Stage.consumer("checker", body, () -> new Checker(handled, new AtomicLong(), new AtomicLong()))
        .withDemand(Demand.max(4))));
    assertThat(Await.end(checker)).isEqualTo(new StopReason.Completed());
    assertThat(handled).hasValue(size);
    assertThat(requests).hasValue(4);
    assertThat(body.snapshot().incarnation()).isEqualTo(4);
  }

  /** A body, chunk by chunk. */
  private static Series<ByteBuffer> chunks(long size) {
    return new Series<>(size / CHUNK, number -> ByteBuffer.wrap(chunkAt(number * CHUNK, CHUNK)), number -> {});
  }

  @Test
  void aStageIsTheBodyOfARequest() throws Exception {
    long size = 32L * 1024 * 1024;
    var emitted = noted(scope.start(Stage.producer("chunks", () -> chunks(size))));
    var wrong = new AtomicLong();
    var read = new AtomicLong();
    URI uri = serve(exchange -> {
      try (InputStream body = exchange.getRequestBody()) {
        var buffer = new byte[CHUNK];
        for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
          for (int i = 0; i < count; i++) if (buffer[i] != at(read.get() + i)) wrong.incrementAndGet();
          read.addAndGet(count);
        }
      }
      exchange.sendResponseHeaders(204, -1);
    });
    HttpRequest request = HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.fromPublisher(emitted)).build();
    assertThat(Await.result(() -> client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode()))
        .isEqualTo(204);
    assertThat(read).hasValue(size);
    assertThat(wrong).hasValue(0);
  }

  @Test
  void aServerThatDoesNotReadHoldsUpTheStage() throws Exception {
    var emitted = noted(scope.start(Stage.producer("chunks", () -> chunks(BODY))));
    var goOn = new CountDownLatch(1);
    URI uri = serve(exchange -> {
      goOn.await();
      try (InputStream body = exchange.getRequestBody()) {
        body.transferTo(OutputStream.nullOutputStream());
      }
      exchange.sendResponseHeaders(204, -1);
    });
    HttpRequest request = HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.fromPublisher(emitted)).build();
    var sending = new Await.Other<>(() -> client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode());
    Await.until(() -> {
      var outputs = emitted.snapshot().outputs();
      return !outputs.isEmpty() && outputs.getFirst().sent() > 0 && emitted.snapshot().awaiting().equals("DEMAND");
    }, "the stage waits for demand", emitted);
    assertThat(emitted.snapshot().eventsEmitted() * CHUNK).as("bytes emitted for a server that does not read")
        .isLessThan(BETWEEN);
    goOn.countDown();
    assertThat(sending.result()).isEqualTo(204);
    assertThat(emitted.snapshot().eventsEmitted() * CHUNK).isEqualTo(BODY);
  }
}
