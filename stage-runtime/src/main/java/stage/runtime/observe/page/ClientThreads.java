package stage.runtime.observe.page;

import java.net.Socket;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import stage.runtime.time.Latch;
import stage.runtime.time.Time;

/**
 * The threads that serve connections. One that has served its connection waits a moment for another: to start a thread
 * takes longer than a short answer does.
 */
final class ClientThreads {
  private static final long IDLE_NANOS = 100_000_000;

  private final Time time;
  private final String name;
  private final Consumer<Socket> service;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Idle> idle = new ArrayDeque<>();   // under the lock

  /** One that waits. */
  private static final class Idle {
    private final Latch wakeUp;
    private Socket next;   // under the lock; null until it is given one

    Idle(Latch wakeUp) {
      this.wakeUp = wakeUp;
    }
  }

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
    Idle one;
    lock.lock();
    try {
      one = idle.pollLast();
      if (one != null) one.next = client;
    } finally {
      lock.unlock();
    }
    if (one == null) time.startPlatformTask(name, () -> serveOneByOne(client));
    else one.wakeUp.open();
  }

  private void serveOneByOne(Socket first) {
    for (Socket client = first; client != null; client = awaitNext()) service.accept(client);
  }

  /** {@return the next connection; null if none has come in time} */
  private Socket awaitNext() {
    var me = new Idle(time.latch());
    lock.lock();
    try {
      idle.addLast(me);
    } finally {
      lock.unlock();
    }
    try {
      me.wakeUp.await(IDLE_NANOS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    lock.lock();
    try {
      idle.remove(me);
      return me.next;   // which may have come in the last moment
    } finally {
      lock.unlock();
    }
  }
}
