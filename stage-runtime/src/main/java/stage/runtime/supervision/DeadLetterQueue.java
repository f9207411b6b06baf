package stage.runtime.supervision;

import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import stage.api.DeadLetter;
import stage.api.DeadLetterHandler;
import stage.api.Outlet;
import stage.api.Overflow;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageSnapshot;
import stage.api.StopReason;
import stage.api.SubscriptionSnapshot;
import stage.api.supervision.ScopeMisuseException;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.runtime.engine.Cell;
import stage.runtime.engine.CellOwner;
import stage.runtime.engine.Directive;
import stage.runtime.time.Driver;
import stage.runtime.time.ShortLock;
import stage.runtime.time.StepMachine;
import stage.runtime.time.Time;
import stage.runtime.time.WaitState;

/**
 * Where a tree's dead letters go: to the handlers of their stages, on one thread, which is started with the first
 * letter; and to a producer, if somebody has asked for it. Neither makes a stage wait: what cannot be taken is counted
 * as unhandled.
 */
final class DeadLetterQueue implements StepMachine {
  private static final String NAME = "dead-letters";

  /** A letter on its way to its handler. */
  private static final class Post {
    private final SupervisorCell from;
    private final DeadLetter letter;
    private final DeadLetterHandler handler;
    private final long count;
    private final boolean counted;   // whether it counts as unhandled already

    Post(SupervisorCell from, DeadLetter letter, DeadLetterHandler handler, long count, boolean counted) {
      this.from = from;
      this.letter = letter;
      this.handler = handler;
      this.count = count;
      this.counted = counted;
    }

    void unhandled() {
      if (!counted) from.deadLetterUnhandled();
    }
  }

  private final ScopeContext context;
  private final String scope;
  private final Time time;
  private final LogRateLimit fullLines;
  private final LogRateLimit failureLines;
  private final LogRateLimit letterLines;
  private final LogRateLimit producerLines;
  private final ShortLock lock = new ShortLock();
  // guarded by lock
  private final ArrayDeque<Post> queue = new ArrayDeque<>();
  private Post inHand;          // null if there is none, or nobody waits for it any more
  private Driver driver;      // null before the first letter
  private boolean shutdown;      // no more letters are taken
  // guarded by the tree's lock
  private Cell<?> producer;     // null until somebody has asked for it
  private boolean producerClosed;

  DeadLetterQueue(ScopeContext context, String scope) {
    this.context = context;
    this.scope = scope;
    this.time = context.graph().time();
    this.fullLines = new LogRateLimit(time.nanos());
    this.failureLines = new LogRateLimit(time.nanos());
    this.letterLines = new LogRateLimit(time.nanos());
    this.producerLines = new LogRateLimit(time.nanos());
  }

  // ---- letters come in; on the thread of the stage, under no lock

  void take(SupervisorCell from, Cell<?> cell, DeadLetter letter, DeadLetterHandler handler, long count) {
    boolean unhandled = !offerToConsumers(cell, letter, count);
    if (unhandled) from.deadLetterUnhandled();
    var post = new Post(from, letter, handler, count, unhandled);
    if (enqueue(post)) return;
    post.unhandled();
    log(fullLines,
        "dead letter " + count + " of " + letter.path() + " was not handled, because " + Supervisor.DEAD_LETTER_BACKLOG
        + " others wait for their handlers; it is counted as unhandled", null);
  }

  /** {@return whether the letter got to where it was to go} */
  private boolean offerToConsumers(Cell<?> cell, DeadLetter letter, long count) {
    Cell<?> there = context.locking(() -> producer);
    if (there == null || !there.isAlive() || cell == there) return true;
    if (there.consumers().contains(cell)) return true;   // or it would give up on its own dead letters for ever
    if (there.tryEmit(letter)) return true;
    if (!there.isAlive()) return true;
    log(producerLines,
        "dead letter " + count + " of " + letter.path() + " did not get to the consumers of dead letters, because "
        + Supervisor.DEAD_LETTER_BACKLOG + " others wait for them; it is counted as unhandled", null);
    return false;
  }

  private boolean enqueue(Post post) {
    Driver running;
    lock.lock();
    try {
      if (shutdown || queue.size() == Supervisor.DEAD_LETTER_BACKLOG) return false;
      queue.add(post);
      if (driver == null && !startCarrier()) {
        queue.removeLast();
        return false;
      }
      running = driver;
    } catch (OutOfMemoryError noPlace) {
      return false;
    } finally {
      lock.unlock();
    }
    VarHandle.fullFence();   // pairs with the announcement of the office's driver
    running.wake();
    return true;
  }

  /** {@return whether there is a thread now} Under the lock. */
  private boolean startCarrier() {
    try {
      driver = time.driver(this, false);
      driver.start();
      return true;
    } catch (Throwable noThread) {   // such as an OutOfMemoryError
      driver = null;
      return false;
    }
  }

  // ---- the machine; the office's thread

  @Override
  public WaitState step(long nowNanos) {
    // what the last handler left behind; before the look, so that the interrupt of a close is not lost
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
      if (isWorthALine(post)) post.handler.handle(post.letter);
    } catch (Throwable thrown) {
      failure = thrown;
    }
    if (!putDown() || failure == null) return WaitState.Kind.READY;
    post.unhandled();
    log(failureLines, "the dead-letter handler of stage " + post.letter.path() + " threw on dead letter " + post.count
        + "; it is counted as unhandled", failure);
    return WaitState.Kind.READY;
  }

  /**
   * The default handler limits the lines of each stage; where stages come and go, that does not limit those of the
   * scope.
   */
  private boolean isWorthALine(Post post) {
    if (post.handler != DeadLetterHandler.LOG) return true;
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
    lock.lock();
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
    lock.lock();
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

  /** Handlers are run within what the scope has captured, as stages are. */
  @Override
  public void around(Runnable steps) {
    boolean[] ran = {false};
    Runnable once = () -> {
      if (ran[0]) return;
      ran[0] = true;
      steps.run();
    };
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
   * Lets what is queued be handled until a time, then interrupts and gives up.
   *
   * @return false if the caller was interrupted while waiting, which makes it give up at once
   */
  boolean close(long deadlineNanos) {
    lock.lock();
    try {
      shutdown = true;
    } finally {
      lock.unlock();
    }
    if (driver == null) return true;   // and there will be none
    VarHandle.fullFence();              // pairs with the announcement of the office's driver
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
    left.forEach(Post::unhandled);
    if (!left.isEmpty()) {
      context.log(System.Logger.Level.WARNING, left.size() + " dead letters of scope " + scope
          + " were not handled, because the time to close it was over; they are counted as unhandled", null);
    }
  }

  /** Nobody waits for its thread any longer: what a handler still has in hand counts as unhandled. */
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

  String path() {
    return scope + "/" + NAME;
  }

  // ---- the producer of dead letters

  /** Emits nothing by itself: letters are handed in from outside. */
  private static final class Letters implements Stage.Producer<DeadLetter> {
    @Override
    public void onDemand(long demand, Outlet<DeadLetter> out) {
      // They come through the intake, which knows of the demand.
    }
  }

  @SuppressWarnings("unchecked")   // a cell's handle is of the interface that fits the spec
  ProducerRef<DeadLetter, ?> producer() {
    var spec = Stage.producer(NAME, Letters::new)
        .withOverflow(new Overflow(Overflow.Kind.FAIL, Supervisor.DEAD_LETTER_BACKLOG));
    Cell<?> there = context.locking(() -> {
      ensureProducerMayStart();
      return producer;
    });
    if (there == null || !there.isAlive()) {
      Cell<?> fresh = Cell.of(spec, scope, context.graph(), new Owner());
      Throwable refusal = fresh.startAndAwaitAnyway();
      if (refusal != null) throw new StageFailedException(fresh.path(), "onStart", refusal);
      try {
        fresh.openIntake();
        there = context.locking(() -> {
          if (producerClosed) return null;
          if (producer == null || !producer.isAlive()) producer = fresh;
          return producer;
        });
      } finally {
        // somebody else was faster, the scope closes, or there was no memory
        if (context.locking(() -> producer) != fresh) fresh.stopAndAwait();
      }
      context.locked(this::ensureProducerMayStart);
    }
    return (ProducerRef<DeadLetter, ?>) (Object) there.ref();
  }

  private void ensureProducerMayStart() {
    if (producerClosed) throw new ScopeMisuseException(
        "scope " + scope + " is closing or closed; there are no more dead letters to take");
  }

  /** {@return the stages that take dead letters, directly or through others} Under the tree's lock. */
  Set<Cell<?>> takers() {
    return producer == null || !producer.isAlive() ? Set.of() : producer.consumers();
  }

  boolean isProducers(CellOwner owner) {
    return owner instanceof Owner;
  }

  /**
   * All other stages have ended, and no more are started: its consumers get what is left, and end. Under the tree's
   * lock.
   */
  void closeProducer() {
    if (producerClosed) return;
    producerClosed = true;
    if (producer != null) producer.drain();
  }

  /** Under the tree's lock. */
  void cancelProducer() {
    closeProducer();
    if (producer != null) producer.cancel();
  }

  /**
   * Waits until the producer has ended, which was told to; cancels it if that takes too long. On the thread of the
   * scope's owner.
   */
  void awaitProducer(long deadlineNanos, long graceNanos) {
    Cell<?> there = context.locking(() -> producer);
    if (there == null || there.awaitEnd(Math.max(0, deadlineNanos - time.nanos()))) return;
    context.locked(this::cancelProducer);
    there.awaitEnd(graceNanos);
  }

  /** {@return the thread of the producer; null if there never was one} */
  Thread producerThread() {
    Cell<?> there = context.locking(() -> producer);
    return there == null ? null : there.driver().thread();
  }

  /** Looks after the producer, which has no code of a user's to crash but what is cast to it. */
  private final class Owner implements CellOwner {
    @Override
    public ClassLoader contextClassLoader() {
      return context.contextClassLoader();
    }

    @Override
    public Consumer<Runnable> around() {
      return null;
    }

    @Override
    public boolean endsWith(CellOwner other) {
      return true;
    }

    @Override
    public <C extends Cell<?>> void startCompanion(Function<CellOwner, C> companion, Consumer<C> connect) {
      context.root().startCompanion(companion, connect);
    }

    @Override
    public void started(Cell<?> cell) {}

    @Override
    public Directive crashed(Cell<?> cell, int incarnation, Throwable cause, String during, boolean canSkip) {
      log(producerLines, cell.path() + " crashed in " + during + ", and goes on", cause);
      return canSkip ? new Directive.Resume() : new Directive.Restart(0);
    }

    @Override
    public Directive completed(Cell<?> cell, Throwable onceTooOften) {
      return new Directive.End(true);
    }

    @Override
    public void held(Cell<?> cell, boolean waits) {}

    @Override
    public void restarted(Cell<?> cell) {}

    @Override
    public void tookOver(Cell<?> cell, Thread old) {}

    @Override
    public void kill(Cell<?> cell) {
      cell.kill();
    }

    @Override
    public void cancel(Cell<?> cell) {
      cell.cancel();
    }

    @Override
    public void interrupt(Cell<?> cell, Runnable tell) {
      context.locked(() -> {
        tell.run();
        cell.driver().interrupt();
      });
    }

    @Override
    public void overdue(Cell<?> cell) {}   // it has no start timeout

    @Override
    public void ended(Cell<?> cell, StageSnapshot last, StopReason reason, String during, boolean contained) {
      context.locked(() -> context.noteEndOfHelper(cell, last));
    }

    @Override
    public void returned(SubscriptionSnapshot last) {
      context.locked(() -> context.noteReturned(last));
    }

    @Override
    public void returnedAfterEnd(Cell<?> cell, int events) {
      context.locked(() -> context.noteReturnedAfterEnd(cell, events));
    }

    @Override
    public void deadLettered(Cell<?> cell, DeadLetter letter, DeadLetterHandler handler, long count) {
      log(producerLines, "a dead letter could not be sent on", letter.cause());
    }

    @Override
    public void dropped(Cell<?> cell, long events, String why) {}

    @Override
    public void suppressed(Cell<?> cell, Throwable thrown) {
      log(producerLines, cell.path() + " threw after it was cancelled", thrown);
    }
  }
}
