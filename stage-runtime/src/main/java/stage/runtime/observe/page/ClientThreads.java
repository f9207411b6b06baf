package stage.runtime.observe.page;

import java.net.Socket;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import stage.runtime.time.Time;

/**
 * The threads that serve connections. One that has served its connection waits a moment for another: to start a thread
 * takes longer than a short answer does.
 */
final class ClientThreads {
  private static final long IDLE_MILLIS = 100;

  private final Time time;
  private final String name;
  private final Consumer<Socket> service;
  private final SynchronousQueue<Socket> next = new SynchronousQueue<>();   // holds none: a thread waits there, or not

  /**
   * Has no thread yet.
   *
   * @param time starts them
   * @param name of each
   * @param service serves a connection to its end, and throws nothing
   */
  ClientThreads(Time time, String name, Consumer<Socket> service) {
    this.time = time;
    this.name = name;
    this.service = service;
  }

  /** Has a connection served, at once. */
  void serve(Socket client) {
    if (!next.offer(client)) time.startPlatformTask(name, () -> serveOneByOne(client));
  }

  private void serveOneByOne(Socket first) {
    try {
      for (Socket client = first; client != null; client = next.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS)) {
        service.accept(client);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
