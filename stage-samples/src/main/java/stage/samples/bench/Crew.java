package stage.samples.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** The virtual threads of one run of a rival. If one fails, the others are interrupted. */
final class Crew {
  /** What one thread does. */
  interface Task {
    void run() throws Exception;
  }

  private final List<Thread> threads = new ArrayList<>();
  private final AtomicReference<Exception> failure = new AtomicReference<>();

  /** Adds a thread; it starts with {@link #run}. */
  void add(Task task) {
    threads.add(Thread.ofVirtual().unstarted(() -> {
      try {
        task.run();
      } catch (Exception e) {
        if (failure.compareAndSet(null, e)) threads.forEach(Thread::interrupt);
      }
    }));
  }

  /** Starts all and waits for their ends. */
  void run() throws Exception {
    threads.forEach(Thread::start);
    for (Thread thread : threads) thread.join();
    if (failure.get() != null) throw failure.get();
  }
}
