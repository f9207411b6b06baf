package stage.behaviour.support2;

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
import java.util.function.BooleanSupplier;
import stage.api.StageRef;
import stage.api.StopReason;

/** Waits for facts. Each wait has a limit, and failing it prints the snapshots of the stages it was about. */
public final class Await {
  private static final Duration LIMIT = Duration.ofSeconds(10);

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

  /** One round trip: what the stage was told before has been looked at when this returns. */
  public static void turn(StageRef<?> stage) throws InterruptedException {
    try {
      stage.call(LIMIT, behaviour -> null);
    } catch (TimeoutException e) {
      throw late("no turn was taken", stage);
    }
  }

  public static StopReason end(StageRef<?> stage) throws InterruptedException {
    return result(stage::join, stage);
  }

  /** Runs something that blocks on a thread of its own, and gives its result or throws what it threw. */
  public static <T> T result(Callable<T> blocking, StageRef<?>... stages) throws InterruptedException {
    return new Other<>(blocking).result(stages);
  }

  /** Spins until a fact holds that no latch can tell, such as the state of a thread. */
  public static void until(BooleanSupplier fact, String what, StageRef<?>... stages) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!fact.getAsBoolean()) {
      if (deadline - System.nanoTime() < 0) throw late("it did not become true that " + what, stages);
      Thread.yield();
    }
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
      until(() -> thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING, "the other thread blocks");
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
