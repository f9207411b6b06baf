package stage.runtime.pipeline;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import stage.api.pipeline.Multi;
import stage.runtime.time.Latch;
import stage.runtime.time.TaskThread;
import stage.runtime.time.Time;
import stage.runtime.time.Uninterruptibly;

/**
 * A call of a function that hands over very many results: on a thread of its own, which waits with each portion until
 * the run wants the next one. The two take turns, so that one waits while the other works. What the function throws,
 * {@link #hasNext} throws behind its last result.
 */
final class LongCall implements Iterator<Object>, TaskThread.Work {
  private static final int PORTION = 1024;
  private static final String NOT_WANTED = "nothing more of what mapMulti makes of this element is wanted";

  private final Multi<Object, Object> fn;
  private final Object value;
  private final Time time;
  private final String owner;
  private final TaskThread thread;
  private final ClassLoader loader;

  // the one whose turn it is; handed over by the latches
  private final Object[] portion = new Object[PORTION];
  private int size;
  private int next;
  private Throwable thrown;

  private volatile Latch ready;    // a new one by the run, before each turn of the function, which opens it
  private volatile Latch wanted;   // a new one by the function, before each turn of the run, which opens it
  private volatile boolean isOver;       // the function's thread
  private volatile boolean isUnwanted;   // the run's thread, or the one that replaces it; never cleared

  /** Does not begin yet. On the run's thread. */
  LongCall(Multi<Object, Object> fn, Object value, Time time) {
    this.fn = fn;
    this.value = value;
    this.time = time;
    this.owner = time.current().getName();
    this.thread = time.taskThread(owner + "/mapMulti", this);
    this.loader = Thread.currentThread().getContextClassLoader();
  }

  // ---- the run's thread

  @Override
  public boolean hasNext() {
    if (next == size && !isOver) awaitPortion();
    if (next < size) return true;
    if (thrown != null) throw LongCall.<RuntimeException>as(thrown);
    return false;
  }

  @Override
  public Object next() {
    if (!hasNext()) throw new NoSuchElementException();
    Object result = portion[next];
    portion[next++] = null;
    return result;
  }

  private void awaitPortion() {
    next = 0;
    size = 0;
    goOn();
    try {
      ready.await();
    } catch (InterruptedException wanted) {
      time.interrupt(thread.thread());
      stop();
      throw LongCall.<RuntimeException>as(wanted);
    }
  }

  private void goOn() {
    boolean isFirst = ready == null;
    ready = time.latch("the next results of mapMulti in", owner);
    if (isFirst) thread.hand();
    else wanted.open();
  }

  /** Waits until the function has returned, of which nothing more is wanted. In user code. */
  void stop() {
    isUnwanted = true;
    while (ready != null && !isOver) {
      Latch turn = ready;
      Uninterruptibly.await(() -> {
        turn.await();
        return null;
      });
      if (!isOver) goOn();   // it waits with a portion, and now finds that it is not wanted
    }
  }

  /** Tells the function that nothing more is wanted, and waits for nothing. Also the thread that replaces the run's. */
  void leave() {
    isUnwanted = true;
    Latch gate = wanted;
    if (gate != null) gate.open();
  }

  @SuppressWarnings("unchecked")   // a function may throw what an iterator does not declare
  private static <X extends Throwable> X as(Throwable thrown) {
    return (X) thrown;
  }

  // ---- the function's

  @Override
  public boolean runOne() {
    thread.dismiss();   // there is no other piece of work
    Thread.currentThread().setContextClassLoader(loader);
    try {
      fn.apply(value, this::take);
    } catch (Throwable its) {
      if (!isUnwanted) thrown = its;
    }
    isOver = true;
    ready.open();
    return false;
  }

  @Override
  public void end() {}

  private void take(Object each) {
    if (each == null) throw new NullPointerException(MultiLink.NULL_PASSED_ON);
    ensureWanted();
    portion[size++] = each;
    if (size < PORTION) return;
    Latch gate = time.latch("demand for what mapMulti makes in", owner);
    wanted = gate;
    ready.open();
    // volatile, as in leave: one of the two sees the other
    if (!isUnwanted) {
      Uninterruptibly.await(() -> {
        gate.await();
        return null;
      });
    }
    ensureWanted();
  }

  private void ensureWanted() {
    if (isUnwanted) throw new CancellationException(NOT_WANTED);
  }
}
