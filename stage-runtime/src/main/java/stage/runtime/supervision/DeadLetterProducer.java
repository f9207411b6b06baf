package stage.runtime.supervision;

import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import stage.api.DeadLetter;
import stage.api.DeadLetterHandler;
import stage.api.Outlet;
import stage.api.Overflow;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageFactory;
import stage.api.StageSnapshot;
import stage.api.StopReason;
import stage.api.supervision.ScopeMisuseException;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.runtime.engine.Cell;
import stage.runtime.engine.CellOwner;
import stage.runtime.engine.CellStart;
import stage.runtime.engine.Directive;
import stage.runtime.engine.Handshake;
import stage.runtime.time.Activity;
import stage.runtime.time.Time;

/**
 * The stage that emits the dead letters of a scope to its subscribers. It is started when it is first asked for,
 * and never makes a stage wait: a letter that finds its backlog full is counted as unhandled.
 */
final class DeadLetterProducer {
  private static final String NAME = "dead-letters";

  private final ScopeContext context;
  private final String scope;
  private final CellOwner.Supervision root;
  private final Time time;
  private final LogRateLimit lines;
  // guarded by the tree's lock
  private volatile Cell<?> producer;     // null until it is first asked for; written under the tree's lock
  private boolean closed;

  DeadLetterProducer(ScopeContext context, String scope, CellOwner.Supervision root) {
    this.context = context;
    this.scope = scope;
    this.root = root;
    this.time = context.graph().time();
    this.lines = new LogRateLimit(time.nanos());
  }

  String path() {
    return scope + "/" + NAME;
  }

  /** {@return whether the letter need not count as unhandled} On the thread of the stage that gave up on it. */
  boolean offer(Cell<?> cell, DeadLetter letter, long count) {
    Cell<?> there = producer();
    if (there == null || !there.isAlive() || cell == there) return true;
    // or it would give up on its own dead letters forever
    if (Handshake.downstreamOf(there).contains(cell)) return true;
    if (there.tryEmit(letter)) return true;
    if (!there.isAlive()) return true;
    log("dead letter " + count + " of " + letter.path() + " did not get to the consumers of dead letters, because "
        + Supervisor.DEAD_LETTER_BACKLOG + " others wait for them; it is counted as unhandled", null);
    return false;
  }

  private void log(String line, Throwable cause) {
    String note = lines.admit(time.nanos());
    if (note != null) context.log(System.Logger.Level.WARNING, line + note, cause);
  }

  private static final StageFactory<Letters> MAKES_LETTERS = new StageFactory<>() {
    @Override
    public Letters create() {
      return new Letters();
    }
  };

  /** Emits nothing by itself: letters are handed in from outside. */
  private static final class Letters implements Stage.Producer<DeadLetter> {
    @Override
    public void onDemand(long demand, Outlet<DeadLetter> out) {
      // They come through the intake, which knows of the demand.
    }
  }

  /** {@return the producer's handle; starts it if it does not run yet} Any thread. */
  @SuppressWarnings("unchecked")   // a cell's handle is of the interface that fits the spec
  ProducerRef<DeadLetter, ?> ref() {
    Cell<?> there;
    context.lock();
    try {
      ensureMayStart();
      there = producer;
    } finally {
      context.unlock();
    }
    if (there == null || !there.isAlive()) {
      there = start();
      context.lock();
      try {
        ensureMayStart();
      } finally {
        context.unlock();
      }
    }
    return (ProducerRef<DeadLetter, ?>) (Object) there.ref();
  }

  private Cell<?> start() {
    var spec = Stage.producer(NAME, MAKES_LETTERS)
        .withOverflow(new Overflow(Overflow.Kind.FAIL, Supervisor.DEAD_LETTER_BACKLOG));
    var owner = new Owner();
    Cell<?> fresh = Cell.of(spec, scope, context.graph(), new CellOwner(owner, owner, owner));
    Throwable refusal = CellStart.startAndAwaitAnyway(fresh);
    if (refusal != null) throw new StageFailedException(fresh.path(), "onStart", refusal);
    try {
      fresh.openIntake();
      context.lock();
      try {
        if (closed) return null;
        if (producer == null || !producer.isAlive()) producer = fresh;
        return producer;
      } finally {
        context.unlock();
      }
    } finally {
      // another caller was faster, the scope closes, or there was no memory
      if (producer() != fresh) fresh.stopAndAwait();
    }
  }

  private void ensureMayStart() {
    if (!closed) return;
    throw new ScopeMisuseException("scope " + scope + " is closing or closed; there are no more dead letters to take");
  }

  /** {@return whether anyone has asked for it} Any thread. */
  boolean isThere() {
    return producer != null;
  }

  /** {@return the stages that take dead letters, directly or through others} Under the tree's lock. */
  Set<Cell<?>> takers() {
    return producer == null || !producer.isAlive() ? Set.of() : Handshake.downstreamOf(producer);
  }

  /** {@return whether this is the owner of the producer} */
  boolean owns(CellOwner.Supervision owner) {
    return owner instanceof Owner;
  }

  /**
   * All other stages have ended, and no more are started: its consumers get what is left, and end. Under the tree's
   * lock.
   */
  void close() {
    if (closed) return;
    closed = true;
    if (producer != null) producer.drain();
  }

  /** Under the tree's lock. */
  void cancel() {
    close();
    if (producer != null) producer.cancel();
  }

  /** Waits until the closed producer has ended; cancels it if that takes too long. On the thread of the owner. */
  void awaitEnd(long deadlineNanos, long graceNanos) {
    Cell<?> there = producer();
    if (there == null || there.awaitEnd(Math.max(0, deadlineNanos - time.nanos()))) return;
    context.lock();
    try {
      cancel();
    } finally {
      context.unlock();
    }
    there.awaitEnd(graceNanos);
  }

  private Cell<?> producer() {
    context.lock();
    try {
      return producer;
    } finally {
      context.unlock();
    }
  }

  /** {@return its thread; null if there never was one} */
  Thread thread() {
    Cell<?> there = producer();
    return there == null ? null : there.driver().thread();
  }

  /** Looks after the producer, which has no user code to crash except what is cast to it. */
  private final class Owner extends ScopeNews implements CellOwner.Supervision, CellOwner.Services {
    Owner() {
      super(DeadLetterProducer.this.context);
    }

    @Override
    public ClassLoader contextClassLoader() {
      return context.contextClassLoader();
    }

    @Override
    public boolean endsWith(CellOwner.Supervision other) {
      return true;
    }

    @Override
    public <C extends Cell<?>> void startCompanion(Function<CellOwner, C> companion, Consumer<C> connect) {
      root.startCompanion(companion, connect);
    }

    @Override
    public Directive crashed(Cell<?> cell, int incarnation, Throwable cause, Activity during, boolean canSkip) {
      log(cell.path() + " crashed in " + during.text() + ", and goes on", cause);
      return canSkip ? new Directive.Resume() : new Directive.Restart(0);
    }

    @Override
    public Directive completed(Cell<?> cell, Throwable onceTooOften) {
      return new Directive.End(true);
    }

    @Override
    public void interrupt(Cell<?> cell, Runnable tell) {
      context.interrupt(cell, tell);
    }

    @Override
    public void awaitInterrupts() {
      context.awaitInterrupts();
    }

    @Override
    public void ended(Cell<?> cell, StageSnapshot last, StopReason reason, String during, boolean contained) {
      context.lock();
      try {
        context.noteEndOfHelper(cell, last);
      } finally {
        context.unlock();
      }
    }

    @Override
    public void deadLettered(Cell<?> cell, DeadLetter letter, DeadLetterHandler handler, long count) {
      log("a dead letter could not be sent on", letter.cause());
    }

    @Override
    public void suppressed(Cell<?> cell, Throwable thrown) {
      log(cell.path() + " threw after it was cancelled", thrown);
    }
  }
}
