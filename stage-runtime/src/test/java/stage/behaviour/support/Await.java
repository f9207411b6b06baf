package stage.behaviour.support;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import stage.api.StageEndedException;
import stage.api.StageRef;
import stage.api.StopReason;
import stage.api.supervision.Supervisor;

/** Waits for facts. Each wait has a limit, and failing it prints the snapshots of the stages it was about. */
public final class Await {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long BETWEEN_LOOKS_NANOS = 100_000;

  private Await() {}

  public static void open(CountDownLatch latch, StageRef<?>... stages) throws InterruptedException {
    if (!latch.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) throw late("the latch did not open", stages);
  }

  public static <T> T next(BlockingQueue<T> queue, StageRef<?>... stages) throws InterruptedException {
    T next = queue.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    if (next == null) throw late("nothing came", stages);
    return next;
  }

  public static <T> List<T> next(int count, BlockingQueue<T> queue, StageRef<?>... stages) throws InterruptedException {
    List<T> all = new ArrayList<>();
    while (all.size() < count) {
      T next = queue.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      if (next == null) throw late("only " + all.size() + " of " + count + " came", stages);
      all.add(next);
    }
    return all;
  }

  /** Comes back when all that the stage had been told before has been done. */
  public static void answered(StageRef<?> stage) throws InterruptedException {
    try {
      stage.call(LIMIT, behaviour -> null);
    } catch (TimeoutException e) {
      throw late("no turn was taken", stage);
    } catch (StageEndedException ended) {
      stage.join();   // then it has done what it could
    }
  }

  public static StopReason end(StageRef<?> stage) throws InterruptedException {
    return result(stage::join, stage);
  }

  /** Runs something that blocks on a thread of its own, and gives its result or throws what it threw. */
  public static <T> T result(Callable<T> blocking, StageRef<?>... stages) throws InterruptedException {
    return new Other<>(blocking).result(stages);
  }

  /** Looks, ten thousand times a second at most, until a fact holds that no latch can tell: a thread's state, say. */
  public static void until(BooleanSupplier fact, String what, StageRef<?>... stages) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!fact.getAsBoolean()) {
      if (deadline - System.nanoTime() < 0) throw late("it did not become true that " + what, stages);
      LockSupport.parkNanos(BETWEEN_LOOKS_NANOS);
    }
  }

  /** Collects garbage until nothing holds on to something any more. */
  public static void collected(WeakReference<?> reference, String what) {
    until(() -> {
      if (!reference.refersTo(null)) System.gc();
      return reference.refersTo(null);
    }, what + " is let go of");
  }

  // ---- with the numbers of all stages of a scope, if it is in vain

  /** Something that comes true, or not. */
  @FunctionalInterface
  public interface Fact<T> {
    /** {@return whether it is true} */
    boolean isTrue(T subject) throws Exception;
  }

  public static <T> T next(Supervisor app, BlockingQueue<T> queue) throws InterruptedException {
    return next(queue, childrenOf(app));
  }

  public static void open(Supervisor app, CountDownLatch latch) throws InterruptedException {
    open(latch, childrenOf(app));
  }

  /**
   * Waits until something is true of a stage, asking it on its own thread. Each question is answered between two of its
   * turns.
   */
  public static <S> void that(Supervisor app, StageRef<S> stage, Fact<? super S> fact) throws Exception {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!stage.<Boolean>call(LIMIT, fact::isTrue)) {
      if (System.nanoTime() - deadline > 0)
        throw late("a fact about " + stage.path() + " did not come true", childrenOf(app));
    }
  }

  /**
   * Waits until something is true of the numbers that others can see of a stage. Between two looks the stage answers a
   * call.
   */
  public static <S> void numbers(Supervisor app, StageRef<S> stage, Fact<? super StageRef<S>> fact) throws Exception {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!fact.isTrue(stage)) {
      if (System.nanoTime() - deadline > 0)
        throw late("a number of " + stage.path() + " did not come true", childrenOf(app));
      if (stage.isAlive()) answered(stage);
    }
  }

  private static StageRef<?>[] childrenOf(Supervisor app) {
    return app.children().toArray(StageRef<?>[]::new);
  }

  private static AssertionError late(String what, StageRef<?>... stages) {
    var text = new StringBuilder(what + " within " + LIMIT);
    for (StageRef<?> stage : stages) text.append("\n  ").append(stage.snapshot());
    return new AssertionError(text.toString());
  }

  /** Something that runs on a thread of its own and may block. */
  public static final class Other<T> {
    private final FutureTask<T> task;
    private final Thread thread;

    public Other(Callable<T> blocking) {
      task = new FutureTask<>(blocking);
      thread = Thread.ofVirtual().name("other").start(task);
    }

    public Thread thread() {
      return thread;
    }

    /** Waits until it blocks. */
    public void blocks() {
      until(() -> thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING,
          "the other thread blocks");
    }

    public T result(StageRef<?>... stages) throws InterruptedException {
      try {
        return task.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      } catch (ExecutionException e) {
        throw Await.<RuntimeException>sneaky(e.getCause());
      } catch (TimeoutException e) {
        var stack = new StringBuilder();
        for (StackTraceElement frame : thread.getStackTrace()) stack.append("\n    at ").append(frame);
        throw late("the other thread did not come back:" + stack + "\n", stages);
      }
    }
  }

  @SuppressWarnings("unchecked")
  private static <X extends Throwable> X sneaky(Throwable thrown) throws X {
    throw (X) thrown;
  }
}
