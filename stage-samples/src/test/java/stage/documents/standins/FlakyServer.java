package stage.documents.standins;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Stands for a service somewhere: answers each path with its name in capitals, but at the first try with 503. */
public final class FlakyServer implements AutoCloseable {
  private final Set<String> asked = Collections.synchronizedSet(new HashSet<>());
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;

  public FlakyServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      byte[] body = path.substring(1).toUpperCase().getBytes();
      exchange.sendResponseHeaders(asked.add(path) ? 503 : 200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  public URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/" + path);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
