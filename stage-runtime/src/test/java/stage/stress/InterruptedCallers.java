package stage.stress;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import stage.api.Dispatcher;

/**
 * R2: threads that hand in events are interrupted at random moments; what was accepted is what is handled, no more and
 * no less.
 */
final class InterruptedCallers {
  private static final int THREADS = 8;

  private InterruptedCallers() {}

  static void run(long seed, int eventsOfEach, int rounds) throws Exception {
    var random = new SplittableRandom(seed);
    for (int round = 0; round < rounds; round++) round(random.split(), eventsOfEach);
  }

  private static void round(SplittableRandom random, int events) throws Exception {
    var handed = new HandedIn(Dispatcher.demand());
    var interrupted = new AtomicInteger();
    var problems = new ConcurrentLinkedQueue<Throwable>();
    var order = new AtomicInteger();
    try (var app = handed.app) {
      handed.subscribedInAnyOrder();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        Thread.Builder builder = i % 2 == 0 ? Thread.ofPlatform() : Thread.ofVirtual();
        threads.add(builder.start(() -> {
          for (int n = 0; n < events; n++) {
            try {
              if (!handed.emit(order.getAndIncrement())) problems.add(new AssertionError("the producer has ended"));
            } catch (InterruptedException expected) {
              interrupted.incrementAndGet();
            }
          }
        }));
      }
      while (threads.stream().anyMatch(Thread::isAlive)) threads.get(random.nextInt(THREADS)).interrupt();
      handed.producer.stop();
      app.join();
    }
    handed.check();
    if (!problems.isEmpty()) throw new AssertionError(problems.peek());
    int all = handed.accepted.get() + interrupted.get();
    if (all != THREADS * events) throw new AssertionError(
        "of " + THREADS * events + " calls, " + handed.accepted + " were accepted and " + interrupted + " interrupted");
  }
}
