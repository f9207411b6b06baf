package stage.runtime.engine;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import stage.api.CancelPolicy;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.EmitAction;
import stage.api.EmitFunction;
import stage.api.Overflow;
import stage.api.ProducerConsumerRef;
import stage.api.ProducerRef;
import stage.api.RunningEvent;
import stage.api.Stage;
import stage.api.StageAction;
import stage.api.StageEndedException;
import stage.api.StageFactory;
import stage.api.StageFunction;
import stage.api.StageSnapshot;
import stage.api.StopReason;
import stage.api.Subscribable;
import stage.api.Subscription;
import stage.api.SubscriptionSpec;
import stage.runtime.mailbox.Message;
import stage.runtime.mailbox.Signals;
import stage.runtime.time.Latch;
import stage.runtime.time.Time;

/** The handle to a cell: what all kinds share, and a subclass per kind. */
abstract class CellRef<S extends Stage.Behaviour> {
  private final Cell<S> cell;

  CellRef(Cell<S> cell) {
    this.cell = cell;
  }

  public Cell<S> cell() {
    return cell;
  }

  public String name() {
    return cell.name();
  }

  public String path() {
    return cell.path();
  }

  @SuppressWarnings("unchecked")
  public <R> R call(StageFunction<? super S, ? extends R> function) throws InterruptedException {
    Objects.requireNonNull(function, "function must not be null");
    return (R) ask("call()", new Message.Call(answer(), (StageFunction<Object, Object>) function));
  }

  private Latch answer() {
    return cell.graph().time().latch("an answer of", cell.path());
  }

  private static long positiveNanos(Duration timeout) {
    if (!Objects.requireNonNull(timeout, "timeout must not be null").isPositive()) {
      throw new IllegalArgumentException("timeout must be above zero, but was " + timeout);
    }
    return Time.toNanos(timeout);
  }

  @SuppressWarnings("unchecked")
  public <R> R call(Duration timeout, StageFunction<? super S, ? extends R> function)
      throws InterruptedException, TimeoutException {
    Objects.requireNonNull(function, "function must not be null");
    long timeoutNanos = positiveNanos(timeout);
    return (R) ask(new Message.Call(answer(), (StageFunction<Object, Object>) function), timeoutNanos);
  }

  @SuppressWarnings("unchecked")
  public void cast(StageAction<? super S> action) throws InterruptedException {
    Objects.requireNonNull(action, "action must not be null");
    send(new Message.Cast((StageAction<Object>) action));
  }

  public void pause() {
    cell.pause();
  }

  public void resume() {
    if (cell.producerHalf() != null) cell.producerHalf().resume();
    cell.signals().clearAndWake(Signals.PAUSED);
  }

  public void replace(StageFactory<? extends S> factory) throws InterruptedException {
    Objects.requireNonNull(factory, "factory must not be null");
    ask("replace()", new Message.Replace(cell.graph().time().latch("the replacement of", cell.path()), factory));
  }

  public void stop() {
    cell.stop();
  }

  public void kill() {
    cell.owner().services().kill(cell);
  }

  public StopReason join() throws InterruptedException {
    cell.ensureForeignThread("join()");
    cell.ensureBegun("join()");
    return cell.graph().waits().during("join()", cell, new Waits.Awaiter<StopReason, RuntimeException>() {
      @Override
      public StopReason await() throws InterruptedException {
        return cell.awaitEnd();
      }
    });
  }

  public boolean isAlive() {
    return cell.isAlive();
  }

  public StageSnapshot snapshot() {
    return cell.snapshot();
  }

  @Override
  public String toString() {
    return "stage " + cell.path() + " (" + cell.status() + ")";
  }

  // ---- messages. The mailbox's own compare-and-set is the full fence that the wake-up after it wants.

  private Object ask(String what, Message.Request question) throws InterruptedException {
    cell.ensureForeignThread(what);
    return cell.graph().waits().during(what, cell, new Waits.Awaiter<Object, RuntimeException>() {
      @Override
      public Object await() throws InterruptedException {
        return askAndWait(question);
      }
    });
  }

  private Object askAndWait(Message.Request question) throws InterruptedException {
    if (!cell.mailbox().put(question)) throw new StageEndedException(cell.path(), cell.endReason());
    cell.driver().wake();
    try {
      question.answered().await();
    } catch (InterruptedException e) {
      cell.mailbox().withdraw(question);
      throw e;
    }
    return question.result(cell.path());
  }

  /** As {@link #ask(String, Message.Request)}, with one deadline for a place in the mailbox and the answer. */
  private Object ask(Message.Request question, long timeoutNanos) throws InterruptedException, TimeoutException {
    cell.ensureForeignThread("call()");
    return cell.graph().waits().during("call()", cell, new Waits.Awaiter<Object, TimeoutException>() {
      @Override
      public Object await() throws InterruptedException, TimeoutException {
        return askWithin(question, timeoutNanos);
      }
    });
  }

  private Object askWithin(Message.Request question, long timeoutNanos) throws InterruptedException, TimeoutException {
    Time time = cell.graph().time();
    long deadline = time.nanos() + timeoutNanos;
    if (!cell.mailbox().reserve(timeoutNanos))
      throw tooLate(", because its mailbox of " + cell.options().mailbox() + " is full");
    if (!cell.mailbox().push(question)) throw new StageEndedException(cell.path(), cell.endReason());
    cell.driver().wake();
    boolean answered = false;
    try {
      answered = question.answered().await(Math.max(0, deadline - time.nanos()));
    } finally {
      if (!answered) cell.mailbox().withdraw(question);
    }
    if (!answered) throw tooLate("");
    return question.result(cell.path());
  }

  private TimeoutException tooLate(String why) {
    return new TimeoutException(
        "stage " + cell.path() + " has not answered in time" + why + "; it is " + cell.status() + " and awaits "
        + cell.driver().awaiting());
  }

  private void send(Message message) throws InterruptedException {
    boolean accepted;
    if (cell.driver().isCurrent()) {
      if (!cell.mailbox().tryReserve()) {
        throw new IllegalStateException(
            "the mailbox of stage " + cell.path() + " is full, and its own thread cannot wait for room");
      }
      accepted = cell.mailbox().push(message);
    } else if (cell.mailbox().tryReserve()) {
      accepted = cell.mailbox().push(message);
    } else {
      accepted = cell.graph().waits().during("cast()", cell, new Waits.Awaiter<Boolean, RuntimeException>() {
        @Override
        public Boolean await() throws InterruptedException {
          return cell.mailbox().put(message);
        }
      });
    }
    if (!accepted) throw new StageEndedException(cell.path(), cell.endReason());
    cell.driver().wake();
  }

  static class OfProducer<O, S extends Stage.Behaviour> extends CellRef<S> implements ProducerRef<O, S> {
    OfProducer(Cell<S> cell) {
      super(cell);
    }

    @Override
    public void emit(O event) throws InterruptedException {
      emitInto(cell(), event);
    }

    @Override
    public boolean tryEmit(O event) {
      return intakeFor(cell(), event).tryEmit(event);
    }

    @Override
    public boolean emit(O event, Duration timeout) throws InterruptedException {
      return emitInto(cell(), event, timeout);
    }

    @Override
    public void castEmit(EmitAction<? super S, O> action) throws InterruptedException {
      castInto(action);
    }

    @Override
    public <R> R callEmit(EmitFunction<? super S, O, ? extends R> function) throws InterruptedException {
      return callInto(function);
    }

    @Override
    public <R> R callEmit(Duration timeout, EmitFunction<? super S, O, ? extends R> function)
        throws InterruptedException, TimeoutException {
      return callInto(timeout, function);
    }

    @Override
    public void subscribe(Flow.Subscriber<? super O> subscriber, SubscriptionSpec<O> how) {
      connect(subscriber, how);
    }

    @Override
    public Stream<O> stream(Demand demand) {
      return streamOf(SubscriptionSpec.to(this), demand);
    }
  }

  /** What the handles to cells that consume have in common. */
  private interface Consuming<I, S extends Stage.Behaviour> extends ConsumerRef<I, S> {
    /** {@return the cell behind the handle} */
    Cell<S> cell();

    @Override
    default Subscription subscribeTo(Subscribable<? extends I> source) {
      return Handshake.subscribe(cell(), Objects.requireNonNull(source,
          "source must not be null; pass the ref that start returned").subscription());
    }

    @Override
    @SuppressWarnings("unchecked")   // the tasks of a cell work on its events
    default List<RunningEvent<I>> running() {
      Tasks<?, ?> tasks = cell().consumerHalf().tasks();
      return tasks == null ? List.of() : ((Tasks<I, ?>) tasks).threads().events();
    }

    @Override
    default Flow.Subscriber<I> asSubscriber(Demand demand, CancelPolicy policy) {
      Objects.requireNonNull(demand, "demand must not be null; use Demand.max(n)");
      Objects.requireNonNull(policy, "policy must not be null; the default is CancelPolicy.TRANSIENT");
      return Bridges.find().subscriber(cell(), demand, policy);
    }
  }

  static final class OfConsumer<I, S extends Stage.Behaviour> extends CellRef<S> implements Consuming<I, S> {
    OfConsumer(Cell<S> cell) {
      super(cell);
    }
  }

  static final class OfProducerConsumer<I, O, S extends Stage.Behaviour> extends OfProducer<O, S>
      implements Consuming<I, S>, ProducerConsumerRef<I, O, S> {
    OfProducerConsumer(Cell<S> cell) {
      super(cell);
    }

    @Override
    public Flow.Processor<I, O> asProcessor(Demand demand) {
      Objects.requireNonNull(demand, "demand must not be null; use Demand.max(n)");
      return Bridges.find().processor(cell(), demand, SubscriptionSpec.to(this));
    }
  }

  // ---- bridges

  final <O> void connect(Flow.Subscriber<? super O> subscriber, SubscriptionSpec<O> how) {
    if (subscriber == null) throw new NullPointerException("subscriber must not be null (Reactive Streams rule 1.9)");
    Objects.requireNonNull(how, "the subscription's spec must not be null; leave it out for the default");
    if (how.producer() != this) {
      throw new IllegalArgumentException("the subscription is to " + how.producer() + ", but was given to " + this
          + "; use SubscriptionSpec.to(…) with this one");
    }
    Bridges.find().subscribe(cell, how, subscriber);
  }

  final <O> Stream<O> streamOf(SubscriptionSpec<O> how, Demand demand) {
    if (Objects.requireNonNull(demand, "demand must not be null; use Demand.max(n)").isManual()) {
      throw new IllegalArgumentException("a stream asks for events by itself; use Demand.max(n)");
    }
    return Bridges.find().stream(cell, how.withDemand(demand));
  }

  private static Intake<Object> intakeFor(Cell<?> cell, Object event) {
    if (event == null) throw new NullPointerException("event must not be null (Reactive Streams rule 2.13)");
    return cell.intake();
  }

  private static void emitInto(Cell<?> cell, Object event) throws InterruptedException {
    Intake<Object> intake = intakeFor(cell, event);
    if (cell.producerHalf().overflow().kind() == Overflow.Kind.BLOCK) cell.ensureBegun("emit()");
    intake.emit(event);
  }

  private static boolean emitInto(Cell<?> cell, Object event, Duration timeout) throws InterruptedException {
    if (!Objects.requireNonNull(timeout, "timeout must not be null").isPositive()) {
      throw new IllegalArgumentException(
          "timeout must be above zero, but was " + timeout + "; use tryEmit(event) not to wait");
    }
    return intakeFor(cell, event).emit(event, Time.toNanos(timeout));
  }

  @SuppressWarnings("unchecked")
  void castInto(EmitAction<?, ?> action) throws InterruptedException {
    Objects.requireNonNull(action, "action must not be null");
    send(new Message.CastEmit((EmitAction<Object, Object>) action));
  }

  @SuppressWarnings("unchecked")
  <R> R callInto(EmitFunction<?, ?, ?> function) throws InterruptedException {
    Objects.requireNonNull(function, "function must not be null");
    return (R) ask("callEmit()", new Message.CallEmit(answer(), (EmitFunction<Object, Object, Object>) function));
  }

  @SuppressWarnings("unchecked")
  <R> R callInto(Duration timeout, EmitFunction<?, ?, ?> function) throws InterruptedException, TimeoutException {
    Objects.requireNonNull(function, "function must not be null");
    long timeoutNanos = positiveNanos(timeout);
    return (R) ask(new Message.CallEmit(answer(), (EmitFunction<Object, Object, Object>) function), timeoutNanos);
  }
}
