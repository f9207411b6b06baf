package stage.runtime.engine;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import stage.runtime.time.Activity;
import stage.runtime.time.Driver;
import stage.runtime.time.Latch;
import stage.runtime.time.ThreadNames;
import stage.runtime.time.Uninterruptibly;

/**
 * The first starts of the stages that one init starts: in order, each when the one before has started, and none after
 * one that could not.
 *
 * <p>It has no thread. A stage that has started has the next one's thread started by its own; the thread of the init
 * does so only where none is starting, and waits once, for all of them.
 */
public final class StartSequence implements Waits.Awaited, FirstStart {
  /** The first that does not run. */
  private record Failed(Cell<?> cell, StartFailure why) {}

  private final SubscriptionGraph graph;
  private final String path;
  private final Thread thread = Thread.currentThread();
  private final Queue<Cell<?>> waiting = new ConcurrentLinkedQueue<>();   // the init's thread adds
  // How many are to start, the one that starts now among them. The thread that takes it from 0 to 1, or
  // finds it above 0 when one is over, starts the next one, so there is one such thread at a time.
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicReference<Failed> failed = new AtomicReference<>();
  private volatile Cell<?> current;   // written by the thread that starts the next one
  private volatile Latch over;        // the init's thread; null until it waits

  /**
   * Begins a sequence; the calling thread runs the init.
   *
   * @param graph what the cells share
   * @param path of the supervisor whose init it is
   */
  public StartSequence(SubscriptionGraph graph, String path) {
    this.graph = graph;
    this.path = path;
  }

  /** {@return whether the calling thread runs the init} */
  public boolean isOfThisThread() {
    return Thread.currentThread() == thread;
  }

  /**
   * Starts a cell when those before it have started. The init's thread; does not wait.
   *
   * @param cell which
   */
  public void add(Cell<?> cell) {
    waiting.add(cell);
    if (open.getAndIncrement() == 0) startNext();
  }

  /** {@return the path of the first stage that does not run; null while all are well} */
  public String failedPath() {
    Failed first = failed.get();
    return first == null ? null : first.cell.path();
  }

  /** {@return why that one does not run} */
  public StartFailure failure() {
    return failed.get().why;
  }

  /**
   * Waits until all have started, or one has failed and is over. If the caller is interrupted meanwhile, that is a
   * failure of the one that is starting. The init's thread.
   */
  public void await() {
    if (open.get() == 0) return;
    try {
      Uninterruptibly.await(new Uninterruptibly.Wait<Void>() {
        @Override
        public Void once() throws InterruptedException {
          return graph.waits().during("start()", StartSequence.this, new All());
        }
      }, new Runnable() {
        @Override
        public void run() {
          interrupted();
        }
      });
    } catch (IllegalStateException circle) {   // in its onStart one waits for the stage that runs this init
      giveUpCurrent(circle);
      Uninterruptibly.await(new All());
    }
  }

  /**
   * Starts no more of them, and waits until the one that is starting is over. The init's thread, whose init has failed.
   */
  public void giveUp(Throwable why) {
    Cell<?> at = current;
    if (at == null) return;   // there was none
    failed.compareAndSet(null, new Failed(at, new StartFailure(why, Activity.ON_START)));
    await();
  }

  /** The wait for all of them. */
  private final class All implements Uninterruptibly.Wait<Void>, Waits.Awaiter<Void, RuntimeException> {
    @Override
    public Void once() throws InterruptedException {
      return awaitAll();
    }

    @Override
    public Void await() throws InterruptedException {
      return awaitAll();
    }
  }

  private Void awaitAll() throws InterruptedException {
    while (open.get() > 0) {   // a thread that was the last of an earlier wait may open this latch too soon
      Latch latch = graph.time().latch("the starts in the init of", path);
      // Volatile, as is the count: either the last one sees this latch, or this sees that it was the last.
      over = latch;
      if (open.get() > 0) latch.await();
    }
    over = null;
    return null;
  }

  private void interrupted() {
    Cell<?> at = current;
    giveUpCurrent(new InterruptedException("thread " + ThreadNames.of(graph.time().current())
        + " was interrupted while it started stage " + at.path() + ", which does not run"));
  }

  /** Should it have just started, it ends all the same: the init has failed. */
  private void giveUpCurrent(Throwable why) {
    Cell<?> at = current;
    failed.compareAndSet(null, new Failed(at, new StartFailure(why, Activity.ON_START)));
    at.owner().services().cancel(at);
  }

  // ---- the thread that starts the next one: the init's, or that of the cell whose start is over

  @Override
  public void hasFailed(StartFailure why) {
    failed.compareAndSet(null, new Failed(current, why));
  }

  @Override
  public void isOver(StartFailure why) {
    if (why != null) hasFailed(why);
    if (hasMore()) startNext();
  }

  private void startNext() {
    do {
      Cell<?> next = waiting.poll();
      Failed before = failed.get();
      if (before != null) {
        next.neverStart(new StartFailure(new IllegalStateException("stage " + next.path()
            + " was not started, because " + before.cell.path() + ", which comes before it, could not be"),
            Activity.ON_START));
      } else {
        current = next;
        try {
          next.startFor(this);
          return;
        } catch (Throwable noThread) {   // such as an OutOfMemoryError where no more platform threads can be had
          var why = new StartFailure(noThread, Activity.ON_START);
          failed.compareAndSet(null, new Failed(next, why));
          next.neverStart(why);
        }
      }
    } while (hasMore());
  }

  private boolean hasMore() {
    if (open.decrementAndGet() > 0) return true;
    Latch waitedFor = over;
    if (waitedFor != null) waitedFor.open();
    return false;
  }

  // ---- as one that the init's thread waits for: the one that is starting

  @Override
  public String path() {
    return current.path();
  }

  @Override
  public Driver driver() {
    return current.driver();
  }
}
