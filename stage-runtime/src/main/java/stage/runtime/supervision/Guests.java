package stage.runtime.supervision;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import stage.api.observe.StageEvent;
import stage.api.observe.StageListener;

/** Watchers of a scope from outside, told what happens and when it has closed. Any thread. */
final class Guests {
  private final List<StageListener> listeners = new CopyOnWriteArrayList<>();
  private final List<Runnable> farewells = new CopyOnWriteArrayList<>();
  private volatile boolean closed;   // set by the closing thread, before the farewells are run

  void listen(StageListener listener) {
    listeners.add(listener);
  }

  void forget(StageListener listener) {
    listeners.remove(listener);
  }

  void forget(Runnable farewell) {
    farewells.remove(farewell);
  }

  /** Each farewell is run once, by the thread that takes it off the list. */
  void onClose(Runnable farewell) {
    farewells.add(farewell);
    if (closed && farewells.remove(farewell)) farewell.run();
  }

  /** Tells all of them. What one of them throws is handed on at the end, and keeps nobody from being told. */
  void tell(StageEvent event) throws Exception {
    Exception failure = null;
    for (StageListener listener : listeners) {
      try {
        listener.on(event);
      } catch (Exception thrown) {
        failure = thrown;
      }
    }
    if (failure != null) throw failure;
  }

  boolean isEmpty() {
    return listeners.isEmpty();
  }

  void close() {
    closed = true;
    for (Runnable farewell : farewells) if (farewells.remove(farewell)) farewell.run();
  }
}
