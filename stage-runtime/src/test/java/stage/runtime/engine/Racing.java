package stage.runtime.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Actors that race at states, each of which is raced at once, as jcstress does it: every actor has a thread, and all go
 * through the same fresh states together. They wait for each other by looking again and again: who is woken comes too
 * late for a race of nanoseconds.
 */
final class Racing {
  private static final int STATES = 2000;

  private static final int LOOKS = 500;

  /** How often: enough to meet, little enough for every build. */
  static final int ROUNDS = System.getProperty("stage.stress") == null ? 60 : 5000;

  /** So long at the most, but for a few rounds: actors that have no processor for themselves meet slowly. */
  private static final long LONGEST_NANOS =
      System.getProperty("stage.stress") == null ? 6_000_000_000L : Long.MAX_VALUE;
  private static final int FEWEST = 5;

  private Racing() {}

  /**
   * {@return how often each outcome was seen}
   *
   * @param fresh makes a state
   * @param actors each gets each state once, on its own thread
   * @param outcome what has come of a state, when all actors are done with it
   * @param <S> the state
   */
  @SafeVarargs
  static <S> Map<String, Integer> race(Supplier<S> fresh, Function<S, String> outcome, Consumer<S>... actors)
      throws Exception {
    Map<String, Integer> seen = new TreeMap<>();
    List<S> states = new ArrayList<>();
    var barrier = new CyclicBarrier(actors.length + 1);
    var failure = new AtomicReference<Throwable>();
    var arrived = new AtomicLong();
    boolean[] over = {false};
    long begun = System.nanoTime();
    List<FutureTask<Void>> running = new ArrayList<>();
    for (Consumer<S> actor : actors) {
      var task = new FutureTask<Void>(() -> {
        for (int round = 0;; round++) {
          barrier.await();   // the states are there; what a barrier is passed by, happens before what comes after it
          if (over[0]) return null;
          for (int i = 0; i < states.size(); i++) {
            meet(arrived, actors.length * (round * (long) STATES + i + 1));
            try {
              actor.accept(states.get(i));
            } catch (Throwable thrown) {
              failure.compareAndSet(null, thrown);   // the others still wait for this actor
            }
          }
          barrier.await();
        }
      });
      running.add(task);
      Thread.ofPlatform().daemon().start(task);
    }
    for (int round = 0; round < ROUNDS && (round < FEWEST || System.nanoTime() - begun < LONGEST_NANOS); round++) {
      states.clear();
      for (int i = 0; i < STATES; i++) states.add(fresh.get());
      barrier.await();
      barrier.await();
      for (S state : states) seen.merge(outcome.apply(state), 1, Integer::sum);
    }
    over[0] = true;
    barrier.await();
    for (FutureTask<Void> task : running) task.get();
    if (failure.get() != null) throw new AssertionError("an actor has failed: " + failure.get(), failure.get());
    System.out.println("raced: " + seen);
    return seen;
  }

  /** Waits until all actors have come to the same state. */
  private static void meet(AtomicLong arrived, long all) {
    arrived.incrementAndGet();
    for (int looks = 1; arrived.get() < all; looks++) {
      if (looks % LOOKS == 0) Thread.yield();   // another one has no processor
    }
  }
}
