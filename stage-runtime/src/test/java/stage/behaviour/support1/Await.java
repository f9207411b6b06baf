package stage.behaviour.support1;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import stage.api.StageRef;
import stage.api.supervision.Supervisor;

/** Waits for facts, never for time; what does not come true in time fails with the numbers of all stages. */
public final class Await {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private Await() {}

  /** Something that comes true, or not. */
  @FunctionalInterface
  public interface Fact<T> {
    /** {@return whether it is true} */
    boolean isTrue(T subject) throws Exception;
  }

  /** Waits for the next element of a queue. */
  public static <T> T next(Supervisor app, BlockingQueue<T> queue) throws InterruptedException {
    T element = queue.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    if (element == null) throw late(app, "the next element of a queue");
    return element;
  }

  /** Waits for a latch. */
  public static void opened(Supervisor app, CountDownLatch latch) throws InterruptedException {
    if (!latch.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) throw late(app, "a latch");
  }

  /** Waits until something is true of a stage, asking it on its own thread. Each question is answered between two of its turns. */
  public static <S> void that(Supervisor app, StageRef<S> stage, Fact<? super S> fact) throws Exception {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!stage.<Boolean>call(LIMIT, fact::isTrue)) {
      if (System.nanoTime() - deadline > 0) throw late(app, "a fact about " + stage.path());
    }
  }

  /** Waits until something is true of the numbers that others can see of a stage. Between two looks the stage answers a call. */
  public static <S> void numbers(Supervisor app, StageRef<S> stage, Fact<? super StageRef<S>> fact) throws Exception {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!fact.isTrue(stage)) {
      if (System.nanoTime() - deadline > 0) throw late(app, "a number of " + stage.path());
      if (stage.isAlive()) answered(stage);
    }
  }

  /** Comes back when all that the stage had been told before has been done. */
  public static void answered(StageRef<?> stage) throws Exception {
    try {
      stage.call(LIMIT, behaviour -> null);
    } catch (stage.api.StageEnded ended) {
      stage.join();   // then it has done what it could
    }
  }

  private static AssertionError late(Supervisor app, String what) {
    String numbers = app.children().stream().map(child -> child.snapshot().toString()).collect(Collectors.joining("\n  "));
    return new AssertionError("waited " + LIMIT.toSeconds() + " s in vain for " + what + "; the stages are\n  " + numbers);
  }
}
