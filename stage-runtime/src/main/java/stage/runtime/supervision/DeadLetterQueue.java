package stage.runtime.supervision;

import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import stage.api.DeadLetter;
import stage.api.DeadLetterHandler;
import stage.api.supervision.Supervisor;
import stage.runtime.engine.Cell;
import stage.runtime.time.Driver;
import stage.runtime.time.ShortLock;
import stage.runtime.time.StepMachine;
import stage.runtime.time.Time;
import stage.runtime.time.WaitState;

/**
 * Takes a tree's dead letters to the handlers of their stages, on one thread, which is started with the first letter,
 * and to a producer, once one was asked for. Neither makes a stage wait: letters that do not fit are counted as
 * unhandled.
 */
final class DeadLetterQueue implements StepMachine {
  /** A letter on its way to its handler. */
  private static final class Post {
    private final DeadLetter letter;
    private final DeadLetterHandler handler;
    private final long count;
    private final Runnable unhandled;   // counts it as unhandled; does nothing if it has been counted already

    Post(DeadLetter letter, DeadLetterHandler handler, long count, Runnable unhandled) {
      this.letter = letter;
      this.handler = handler;
      this.count = count;
      this.unhandled = unhandled;
    }

    void unhandled() {
      unhandled.run();
    }
  }

  private final ScopeContext context;
  private final String scope;
  private final DeadLetterProducer producer;
  private final Time time;
  private final LogRateLimit fullLines;
  private final LogRateLimit failureLines;
  private final LogRateLimit letterLines;
  private final ShortLock lock = new ShortLock();
  // guarded by lock
  private final ArrayDeque<Post> queue = new ArrayDeque<>();
  private Post inHand;          // null if there is none, or it is not waited for any more
  private Driver driver;      // null before the first letter
  private boolean shutdown;      // no more letters are taken

  DeadLetterQueue(ScopeContext context, String scope, DeadLetterProducer producer) {
    this.producer = producer;
    this.context = context;
    this.scope = scope;
    this.time = context.graph().time();
    this.fullLines = new LogRateLimit(time.nanos());
    this.failureLines = new LogRateLimit(time.nanos());
    this.letterLines = new LogRateLimit(time.nanos());
  }

  // ---- letters come in; on the thread of the stage, under no lock

  /**
   * Hands a letter to the consumers of dead letters and to its stage's handler.
   *
   * @param unhandled counts the letter as unhandled; called at most once, by any thread
   */
  void take(Cell<?> cell, DeadLetter letter, DeadLetterHandler handler, long count, Runnable unhandled) {
    boolean offered = producer.offer(cell, letter, count);
    if (!offered) unhandled.run();
    var post = new Post(letter, handler, count, offered ? unhandled : new CountedAlready());
    if (enqueue(post)) return;
    post.unhandled();
    try {
      log(fullLines, "dead letter " + count + " of " + letter.path() + " was not handled, because "
          + Supervisor.DEAD_LETTER_BACKLOG + " others wait for their handlers; it is counted as unhandled", null);
    } catch (OutOfMemoryError noLine) {
      // it is counted
    }
  }

  private boolean enqueue(Post post) {
    Driver running;
    lock.lock();
    try {
      if (shutdown || queue.size() == Supervisor.DEAD_LETTER_BACKLOG) return false;
      queue.add(post);
      if (driver == null && !startDriver()) {
        queue.removeLast();
        return false;
      }
      running = driver;
    } catch (OutOfMemoryError noPlace) {
      return false;
    } finally {
      lock.unlock();
    }
    VarHandle.fullFence();   // pairs with the announcement of the driver of this queue
    running.wake();
    return true;
  }

  /** {@return whether there is a thread now} Under the lock. */
  private boolean startDriver() {
    try {
      driver = time.driver(this, false);
      driver.start();
      return true;
    } catch (Throwable noThread) {   // such as an OutOfMemoryError
      driver = null;
      return false;
    }
  }

  // ---- steps; the thread of the handlers

  @Override
  public WaitState step(long nowNanos) {
    // clears an interrupt that the last handler left behind; before the look, so that the interrupt of a close is not
    // lost
    Thread.interrupted();
    Post post;
    lock.lock();
    try {
      post = queue.poll();
      if (post == null) return shutdown ? WaitState.Kind.DONE : WaitState.Kind.MAIL;
      inHand = post;
    } finally {
      lock.unlock();
    }
    Throwable failure = null;
    try {
      if (post.handler != DeadLetterHandler.LOG) post.handler.handle(post.letter);
      else if (isWorthALine(post)) context.log().deadLetter(post.letter);
    } catch (Throwable thrown) {
      failure = thrown;
    }
    if (!putDown() || failure == null) return WaitState.Kind.READY;
    post.unhandled();
    try {
      log(failureLines, "the dead-letter handler of stage " + post.letter.path() + " threw on dead letter " + post.count
          + "; it is counted as unhandled", failure);
    } catch (OutOfMemoryError noLine) {
      // it is counted, and those behind it must still be handled
    }
    return WaitState.Kind.READY;
  }

  /**
   * The default handler limits the log lines of each stage; if stages come and go, that does not limit the lines of the
   * scope.
   */
  private boolean isWorthALine(Post post) {
    if (time.isQuiet()) return false;
    if (post.count > 10) return true;
    String note = letterLines.admit(time.nanos());
    if (note == null) return false;
    if (!note.isEmpty())
      context.log(System.Logger.Level.WARNING, "there are more dead letters in scope " + scope + note, null);
    return true;
  }

  /** {@return whether the letter that was in hand still was} */
  private boolean putDown() {
    lock.lock();   // and no lambda, which takes memory
    try {
      boolean was = inHand != null;
      inHand = null;
      return was;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isReady(long nowNanos) {
    lock.lock();   // as above
    try {
      return shutdown || !queue.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean keepsTime() {
    return false;
  }

  @Override
  public ClassLoader contextClassLoader() {
    return context.contextClassLoader();
  }

  @Override
  public String threadName() {
    return "stage:" + scope + " dead-letter handlers";
  }

  /** Runs something the first time. */
  private static final class Once implements Runnable {
    private final Runnable steps;
    private boolean ran;

    Once(Runnable steps) {
      this.steps = steps;
    }

    @Override
    public void run() {
      if (ran) return;
      ran = true;
      steps.run();
    }
  }

  private static final class CountedAlready implements Runnable {
    @Override
    public void run() {}
  }

  @Override
  public boolean hasAround() {
    return context.around() != null;
  }

  /** Handlers are run within what the scope has captured, as stages are. */
  @Override
  public void around(Runnable steps) {
    var once = new Once(steps);
    Throwable failure = null;
    try {
      if (context.around() != null) context.around().accept(once);
    } catch (Throwable thrown) {
      failure = thrown;
    }
    if (failure != null) {
      context.log(System.Logger.Level.WARNING, "the context of the dead-letter handlers of scope " + scope + " threw",
          failure);
    }
    once.run();   // without the context, if that did not do it
  }

  private void log(LogRateLimit limit, String line, Throwable cause) {
    String note = limit.admit(time.nanos());
    if (note != null) context.log(System.Logger.Level.WARNING, line + note, cause);
  }

  /** {@return whether the caller is a dead-letter handler} */
  boolean isCurrent() {
    lock.lock();
    try {
      return driver != null && driver.isCurrent();
    } finally {
      lock.unlock();
    }
  }

  // ---- the end; on the thread of the scope's owner

  /**
   * Lets the handlers work on the queue until a deadline, then interrupts them and gives up.
   *
   * @return false if the caller was interrupted while waiting, which makes it give up at once
   */
  boolean close(long deadlineNanos) {
    lock.lock();
    shutdown = true;
    lock.unlock();
    if (driver == null) return true;   // and there will be none
    VarHandle.fullFence();              // pairs with the announcement of the driver of this queue
    driver.wake();
    boolean interrupted = false;
    boolean gone = false;
    try {
      gone = time.awaitEnd(driver, deadlineNanos - time.nanos());
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (!gone) giveUp();
    return !interrupted;
  }

  private void giveUp() {
    ArrayDeque<Post> left;
    lock.lock();
    try {
      left = queue.clone();
      queue.clear();
    } finally {
      lock.unlock();
    }
    driver.interrupt();
    for (Post post : left) post.unhandled();
    if (!left.isEmpty()) {
      context.log(System.Logger.Level.WARNING, left.size() + " dead letters of scope " + scope
          + " were not handled, because the time to close it was over; they are counted as unhandled", null);
    }
  }

  /** The thread is no longer waited for: a letter that a handler still has in hand counts as unhandled. */
  void over() {
    Post late;
    lock.lock();
    try {
      late = inHand;
      inHand = null;
    } finally {
      lock.unlock();
    }
    if (late != null) late.unhandled();
  }

  /** {@return its thread; null if there never was one} */
  Thread thread() {
    return driver == null ? null : driver.thread();
  }
}
