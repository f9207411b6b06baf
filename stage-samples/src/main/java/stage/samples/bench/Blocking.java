package stage.samples.bench;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import stage.api.Stage;
import stage.api.supervision.Supervisor;

/** Work that blocks: each event waits for a millisecond, as for an answer of another machine, many at a time. */
final class Blocking {
  private static final long WAIT_NANOS = Duration.ofMillis(1).toNanos();

  private final int concurrency;

  Blocking(int concurrency) {
    this.concurrency = concurrency;
  }

  /** Threads that each take the next event from an array until there is none: nothing is handed over. */
  long ofBareThreads(long events) throws Exception {
    Long[] all = new Long[Math.toIntExact(events)];
    for (int i = 0; i < all.length; i++) all[i] = Events.at(i);
    var next = new AtomicInteger();
    var total = new LongAdder();
    var crew = new Crew();
    for (int i = 0; i < concurrency; i++) {
      crew.add(() -> {
        for (int at = next.getAndIncrement(); at < all.length; at = next.getAndIncrement()) total.add(answer(all[at]));
      });
    }
    crew.run();
    return total.sum();
  }

  /** A consumer that handles each event on a thread of its own. */
  long perEvent(long events) throws Exception {
    var total = new LongAdder();
    try (var app = Supervisor.open("bench")) {
      var numbers = app.start(Stage.producer("numbers", () -> new Stages.Numbers(events)));
      app.start(Stage.perEvent("calls", numbers, concurrency, (Long event) -> total.add(answer(event))));
      app.join();
    }
    return total.sum();
  }

  /** The same, whose answers go on, in order. */
  long mapConcurrent(long events) throws Exception {
    var total = new LongAdder();
    try (var app = Supervisor.open("bench")) {
      var numbers = app.start(Stage.producer("numbers", () -> new Stages.Numbers(events)));
      var calls = app.start(Stage.mapConcurrent("calls", numbers, concurrency, Blocking::answer));
      app.start(Stage.consumer("sum", calls, () -> new Stages.Adder(total)));
      app.join();
    }
    return total.sum();
  }

  static Long answer(Long event) {
    long until = System.nanoTime() + WAIT_NANOS;
    for (long left = WAIT_NANOS; left > 0; left = until - System.nanoTime()) LockSupport.parkNanos(left);
    return event;
  }
}
