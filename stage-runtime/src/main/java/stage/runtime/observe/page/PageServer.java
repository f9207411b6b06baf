package stage.runtime.observe.page;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;
import stage.api.observe.Explanation;
import stage.api.observe.Registration;
import stage.api.observe.StageEvent;
import stage.api.observe.WatchPage;
import stage.runtime.supervision.Observed;
import stage.runtime.time.Latch;
import stage.runtime.time.Time;

/**
 * The server of one page, on the loopback address. A thread accepts connections, another has the scope explained while
 * anybody looks, and each connection has one for a single exchange, or for a stream of events. They are platform
 * threads, so they are served while spinning stages keep virtual threads from running.
 */
public final class PageServer implements WatchPage {
  private static final System.Logger LOGGER = System.getLogger("stage.page");

  private static final int BACKLOG = 50;
  private static final int READ_WITHIN_MILLIS = 5_000;
  private static final long EXCHANGE_WITHIN = 5_000_000_000L;
  private static final long STREAM_EVERY = 500_000_000;
  private static final long EXPLAIN_EVERY = 2_000_000_000L;
  private static final long LOOKED_WITHIN = 5_000_000_000L;

  private final Time time;
  private final ServerSocket socket;
  private final Gate gate;
  private final Assets assets = new Assets();
  private final History history = new History();
  private final LiveTree tree;
  private final Rendering rendering;
  private final Connections connections = new Connections();
  private final Latch closing;
  // Set by the thread that opens the page, before any other can close it.
  private Registration watching = () -> { };
  private Registration listening = () -> { };
  private Registration farewell = () -> { };

  private PageServer(Observed scope, Supplier<Explanation> explain, Rendering rendering, ServerSocket socket) {
    this.time = scope.time();
    this.socket = socket;
    this.gate = new Gate(socket.getLocalPort());
    this.rendering = rendering;
    this.tree = new LiveTree(scope, explain, history, rendering);
    this.closing = time.latch();
  }

  /**
   * Opens a page.
   *
   * @param scope what it shows
   * @param explain explains the scope
   * @param rendering writes down what is sent
   * @param port where; 0 for any that is free
   * @throws UncheckedIOException if there is no such port, or it is taken
   */
  public static WatchPage open(Observed scope, Supplier<Explanation> explain, Rendering rendering, int port) {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException(
          "port must be from 0 to 65535, but was " + port + "; 0 takes any that is free");
    }
    var page = new PageServer(scope, explain, rendering, listen(scope.path(), port));
    try {
      page.watching = scope.watch();
      page.listening = scope.listen(page.history::happened);
      page.time.startPlatformTask("stage-page:" + scope.path(), page::accept);
      page.time.startPlatformTask("stage-page-explain:" + scope.path(), page::explainNowAndThen);
      page.farewell = scope.onClose(page::end);
      return page;
    } catch (Throwable failure) {
      page.end();
      throw failure;
    }
  }

  private static ServerSocket listen(String scope, int port) {
    try {
      var socket = new ServerSocket();
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
      return socket;
    } catch (BindException taken) {
      throw new UncheckedIOException("no page for scope " + scope + ": port " + port
          + " is taken; use another one, or 0 for any that is free", taken);
    } catch (IOException e) {
      throw new UncheckedIOException("no page for scope " + scope + " on port " + port, e);
    }
  }

  @Override
  public URI address() {
    return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/");
  }

  @Override
  public void close() {
    farewell.close();
    end();
  }

  private void end() {
    closing.open();
    listening.close();
    watching.close();
    try {
      socket.close();
    } catch (IOException e) {
      LOGGER.log(System.Logger.Level.DEBUG, "the page's socket did not close", e);
    }
    connections.closeAll();
  }

  // ---- the thread that accepts

  private void accept() {
    while (!closing.isOpen()) {
      try {
        Socket client = socket.accept();
        connections.add(client);
        time.startPlatformTask("stage-page-client", () -> serve(client));
      } catch (IOException | OutOfMemoryError e) {
        if (!closing.isOpen()) LOGGER.log(System.Logger.Level.DEBUG, "a connection to the page failed", e);
      }
    }
  }

  // ---- the thread that explains

  private void explainNowAndThen() {
    try {
      while (!closing.await(EXPLAIN_EVERY)) tree.refreshExplanation(LOOKED_WITHIN);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- a connection's thread

  private void serve(Socket client) {
    Time.Alarm limit = limit(client);
    try {
      client.setSoTimeout(READ_WITHIN_MILLIS);
      Optional<Request> request = Request.read(client.getInputStream());
      Response response = request.isEmpty() ? Response.of(400) : gate.refuse(request.get()).orElse(null);
      if (response == null && request.get().target().equals("/events")) {
        limit.cancel();
        stream(client);
      } else {
        if (response == null) response = answer(request.get().target());
        boolean isHead = request.isPresent() && request.get().method().equals("HEAD");
        write(client, response, isHead);
      }
    } catch (IOException gone) {
      LOGGER.log(System.Logger.Level.DEBUG, "a client of the page left", gone);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      limit.cancel();
      connections.end(client);
    }
  }

  /** Closes the connection unless what is done with it is over in time: a blocked write heeds nothing else. */
  private Time.Alarm limit(Socket client) {
    return time.at(time.nanos() + EXCHANGE_WITHIN, () -> connections.end(client));
  }

  private Response answer(String target) {
    if (target.equals("/tree.json")) return Response.ok("application/json", tree.json());
    return assets.at(target).orElseGet(() -> Response.of(404));
  }

  private static void write(Socket client, Response response, boolean isHead) throws IOException {
    OutputStream out = client.getOutputStream();
    out.write(response.head(false));
    if (!isHead) out.write(response.body());
    out.flush();
  }

  /** Sends the tree twice a second, and what has happened in between. */
  private void stream(Socket client) throws IOException, InterruptedException {
    if (!connections.becomesStream(client)) {
      write(client, Response.of(503), false);
      return;
    }
    OutputStream out = client.getOutputStream();
    out.write(Response.ok("text/event-stream", new byte[0]).head(true));
    long seen = history.after(Long.MAX_VALUE).count();
    do {
      Time.Alarm limit = limit(client);
      History.News news = history.after(seen);
      seen = news.count();
      for (StageEvent event : news.events())
        send(out, "stage", rendering.event(event).getBytes(StandardCharsets.UTF_8));
      send(out, "tree", tree.json());
      out.flush();
      limit.cancel();
    } while (!closing.await(STREAM_EVERY));
  }

  private static void send(OutputStream out, String event, byte[] data) throws IOException {
    out.write(("event: " + event + "\ndata: ").getBytes(StandardCharsets.US_ASCII));
    out.write(data);
    out.write("\n\n".getBytes(StandardCharsets.US_ASCII));
  }
}
