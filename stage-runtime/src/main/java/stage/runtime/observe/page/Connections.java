package stage.runtime.observe.page;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** The open connections of one page, up to a limit. Any thread. */
final class Connections {
  private static final int MOST = 16;
  private static final int MOST_STREAMS = 4;

  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Socket> exchanges = new ArrayDeque<>();   // under the lock, the oldest first
  private final List<Socket> streams = new ArrayList<>();            // under the lock: those that get events
  private boolean closed;                                            // under the lock

  /**
   * Takes a connection in. The oldest that is still in an exchange makes way for it, so that no client keeps others
   * out.
   */
  void add(Socket socket) {
    Socket evicted = null;
    lock.lock();
    try {
      if (closed) evicted = socket;
      else {
        if (exchanges.size() == MOST - MOST_STREAMS) evicted = exchanges.removeFirst();
        exchanges.addLast(socket);
      }
    } finally {
      lock.unlock();
    }
    if (evicted != null) close(evicted);
  }

  /** {@return whether a connection may get events from now on: not if there are enough that do} */
  boolean becomesStream(Socket socket) {
    lock.lock();
    try {
      if (closed || streams.size() == MOST_STREAMS || !exchanges.remove(socket)) return false;
      return streams.add(socket);
    } finally {
      lock.unlock();
    }
  }

  /** Closes a connection and forgets it. */
  void end(Socket socket) {
    lock.lock();
    try {
      exchanges.remove(socket);
      streams.remove(socket);
    } finally {
      lock.unlock();
    }
    close(socket);
  }

  /** Closes all, and each that comes later. */
  void closeAll() {
    List<Socket> all = new ArrayList<>();
    lock.lock();
    try {
      closed = true;
      all.addAll(exchanges);
      all.addAll(streams);
    } finally {
      lock.unlock();
    }
    all.forEach(Connections::close);
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException gone) {
      System.getLogger("stage.page").log(System.Logger.Level.DEBUG, "a connection did not close", gone);
    }
  }
}
