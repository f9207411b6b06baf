package stage.runtime.observe.page;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import stage.api.observe.Explanation;
import stage.api.observe.PageSpec;
import stage.api.observe.Registration;
import stage.api.observe.TreeSnapshot;
import stage.api.observe.WatchPage;
import stage.runtime.supervision.Observed;
import stage.runtime.time.Latch;
import stage.runtime.time.Time;

/**
 * The server of one page, on the loopback address. A thread accepts connections, another has the scope explained while
 * anybody looks, and each connection has one to itself: see {@link Exchange}. They are platform threads, so they are
 * served while spinning stages keep virtual threads from running.
 */
public final class PageServer implements WatchPage {
  private static final System.Logger LOGGER = System.getLogger("stage.page");

  /** How long a client may take. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final int BACKLOG = 256;   // else a burst of clients has to knock again, a second later
  private static final long EXPLAIN_EVERY = 2_000_000_000L;
  private static final long LOOKED_WITHIN = 5_000_000_000L;
  private static final long REST_AFTER_FAILURE = 100_000_000;

  private final Time time;
  private final ServerSocket socket;
  private final History history = new History();
  private final LiveTree tree;
  private final Controls controls;
  private final Connections connections = new Connections();
  private final ClientThreads clients;
  private final Latch closing;
  // Set by the thread that opens the page, before any other can close it.
  private Registration listening = () -> { };
  private Registration farewell = () -> { };

  private PageServer(Observed scope, Function<Optional<TreeSnapshot>, Explanation> explain, Rendering rendering,
      PageSpec spec,
      ServerSocket socket, Duration patience) {
    this.time = scope.time();
    this.socket = socket;
    this.closing = time.latch();
    this.tree = new LiveTree(scope, explain, history, rendering);
    this.controls = new Controls(scope, rendering, spec);
    var site = new Pages(new Gate(socket.getLocalPort(), spec.hasControls()), tree, controls);
    var stream = new EventStream(new TreeFeed(tree::text), history, rendering, controls.abilities());
    var exchange = new Exchange(time, site, stream, connections, closing, patience.toNanos());
    this.clients = new ClientThreads(time, "stage-page-client:" + scope.path(), exchange::serve);
  }

  /**
   * Opens a page.
   *
   * @param scope what it shows
   * @param explain explains the scope, given a tree of it from which on to count what goes through, if there is one
   * @param rendering writes down what is sent
   * @param spec where it is, and what is on it
   * @throws UncheckedIOException if its port is taken or may not be opened
   */
  public static WatchPage open(Observed scope, Function<Optional<TreeSnapshot>, Explanation> explain,
      Rendering rendering, PageSpec spec) {
    return open(scope, explain, rendering, spec, PATIENCE);
  }

  /** As the other one, for tests that cannot wait so long for a client to lose its connection. */
  static WatchPage open(Observed scope, Function<Optional<TreeSnapshot>, Explanation> explain, Rendering rendering,
      PageSpec spec,
      Duration patience) {
    var page = new PageServer(scope, explain, rendering, spec, listen(scope.path(), spec.port()), patience);
    try {
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
    return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/" + controls.fragment());
  }

  @Override
  public void close() {
    farewell.close();
    end();
  }

  private void end() {
    closing.open();
    listening.close();
    tree.close();
    try {
      socket.close();
    } catch (IOException e) {
      LOGGER.log(System.Logger.Level.DEBUG, "the page's socket did not close", e);
    }
    connections.closeAll();
  }

  // ---- the thread that accepts

  private void accept() {
    try {
      while (!closing.isOpen()) acceptOne();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void acceptOne() throws InterruptedException {
    Socket client = null;
    try {
      client = socket.accept();
      connections.add(client);
      clients.serve(client);
    } catch (IOException | OutOfMemoryError e) {   // no more files, or no more threads: later there may be some
      if (client != null) connections.end(client);
      if (closing.isOpen()) return;
      LOGGER.log(System.Logger.Level.DEBUG, "a connection to the page failed", e);
      closing.await(REST_AFTER_FAILURE);
    }
  }

  // ---- the thread that explains

  private void explainNowAndThen() {
    try {
      do {
        tree.awaitLook();
        tree.refreshExplanation(LOOKED_WITHIN);
      } while (!closing.await(EXPLAIN_EVERY));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
