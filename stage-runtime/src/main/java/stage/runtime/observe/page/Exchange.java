package stage.runtime.observe.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Optional;
import stage.runtime.time.Latch;
import stage.runtime.time.Time;

/** What is done with one connection, on a thread of its own: a request and its answer, or a stream of events. */
final class Exchange {
  private static final System.Logger LOGGER = System.getLogger("stage.page");

  private static final long STREAM_EVERY = 500_000_000;
  private static final long NANOS_PER_BYTE = 500;        // a browser must keep up: two megabytes a second
  private static final int SEND_BUFFER = 64 * 1024;      // else the kernel takes megabytes for who does not read
  private static final int MOST_PASSED_OVER = 64 * 1024;

  private final Time time;
  private final Pages site;
  private final EventStream events;
  private final Connections connections;
  private final Latch closing;
  private final long withinNanos;   // how long a client may take to send a request, and to read an answer or an event

  Exchange(Time time, Pages site, EventStream events, Connections connections, Latch closing, long withinNanos) {
    this.time = time;
    this.site = site;
    this.events = events;
    this.connections = connections;
    this.closing = closing;
    this.withinNanos = withinNanos;
  }

  void serve(Socket client) {
    Time.Alarm limit = limit(client);
    try {
      client.setSendBufferSize(SEND_BUFFER);
      Optional<Request> request = Request.read(client.getInputStream());
      Optional<Response> answer = answer(request);
      if (answer.isPresent()) {
        write(client, answer.get(), request.map(Request::isHead).orElse(false));
      } else {
        limit.cancel();
        stream(client);
      }
    } catch (IOException gone) {
      LOGGER.log(System.Logger.Level.DEBUG, "a client of the page left", gone);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error broken) {
      LOGGER.log(System.Logger.Level.WARNING, "the page lost a client", broken);
    } finally {
      limit.cancel();
      connections.end(client);
    }
  }

  /** Closes the connection unless what is done with it is over in time: a blocked write heeds nothing else. */
  private Time.Alarm limit(Socket client) {
    return time.at(time.nanos() + withinNanos, () -> connections.end(client));
  }

  private Optional<Response> answer(Optional<Request> request) {
    try {
      return site.answer(request);
    } catch (RuntimeException | Error broken) {
      LOGGER.log(System.Logger.Level.WARNING, "the page could not answer a request", broken);
      return Optional.of(Response.of(500));
    }
  }

  private static void write(Socket client, Response response, boolean isHead) throws IOException {
    OutputStream out = client.getOutputStream();
    out.write(response.head(false));
    if (!isHead) out.write(response.body());
    out.flush();
    if (response.status() >= 400) passOverTheRest(client);
  }

  /** To close a connection with something unread in it tells the other side to throw away what it was sent. */
  private static void passOverTheRest(Socket client) throws IOException {
    client.shutdownOutput();
    InputStream in = client.getInputStream();
    var bytes = new byte[1024];
    for (int all = 0; all < MOST_PASSED_OVER; ) {
      int read = in.read(bytes);
      if (read < 0) return;
      all += read;
    }
  }

  /**
   * Sends what has changed twice a second, less often if that is very much, and what has happened in between. Holds no
   * lock while it writes.
   */
  private void stream(Socket client) throws IOException, InterruptedException {
    if (!connections.becomesStream(client)) {
      write(client, Response.of(503), false);
      return;
    }
    OutputStream out = client.getOutputStream();
    EventStream.Position position = events.begin();
    out.write(events.greeting());
    byte[] next;
    do {
      next = events.next(position, time.nanos());
      Time.Alarm limit = limit(client);
      out.write(next);
      out.flush();
      limit.cancel();
    } while (!closing.await(Math.max(STREAM_EVERY, NANOS_PER_BYTE * next.length)));
  }
}
