package stage.runtime.engine;

import java.util.List;
import stage.api.EventFunction;
import stage.api.EventHandler;
import stage.api.Outlet;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.internal.Described;
import stage.api.internal.Description;
import stage.runtime.bridge.Continuing;
import stage.runtime.bridge.DemandLimit;
import stage.runtime.bridge.OnIdle;
import stage.runtime.bridge.OnNotify;
import stage.runtime.bridge.OnProgress;
import stage.runtime.time.Time;
import stage.runtime.time.WaitState;

/**
 * What a cell does differently by the kind of its stage: when it takes a turn, and which callback that is. One per
 * incarnation.
 */
abstract class Role {
  final Incarnations<?> incarnations;
  final Handover fence;

  Role(Cell<?> cell) {
    this.incarnations = cell.incarnations();
    this.fence = cell.incarnations().fence();
  }

  static Role of(Stage.Behaviour behaviour, Cell<?> cell) {
    if (behaviour instanceof Described described) return of(described.description(), behaviour, cell);
    return switch (behaviour) {
      case Stage.Producer<?> producer -> new OfProducer<>(producer, cell);
      case Stage.Generator<?> generator -> new OfGenerator<>(generator, cell);
      case Stage.ProducerConsumer<?, ?> producerConsumer -> new OfProducerConsumer<>(producerConsumer, cell);
      case Stage.Consumer<?> consumer -> new OfConsumer<>(consumer, cell);
    };
  }

  private static Role of(Description description, Stage.Behaviour behaviour, Cell<?> cell) {
    return switch (description) {
    case Description.PerEvent(int concurrency, Object handler) -> TaskRole.perEvent(concurrency,
        (EventHandler<?>) handler, cell);
    case Description.MapConcurrent map -> TaskRole.mapConcurrent(map, (EventFunction<?, ?>) map.function(), behaviour,
        cell);
      case Description.FromPublisher<?> from -> throw noRole(description);
      case Description.ToSubscriber<?> to -> throw noRole(description);
      case Description.Collecting<?, ?, ?> collecting -> throw noRole(description);
    };
  }

  private static IllegalStateException noRole(Description description) {
    return new IllegalStateException("a bridge runs in place of " + description);
  }

  /** {@return whether a behaviour hands its events to threads of their own} */
  static boolean hasTasks(Stage.Behaviour behaviour) {
    return behaviour instanceof Described described
        && (described.description() instanceof Description.PerEvent
            || described.description() instanceof Description.MapConcurrent);
  }

  /** {@return whether there is a turn to take} Looks only. */
  abstract boolean hasTurn();

  /** Takes a turn; there is one. */
  abstract void turn() throws Exception;

  /**
   * The turn was good: publishes and settles what it did, keeps its states, and wakes whom that concerns. If it throws,
   * nothing was published, or everything.
   */
  abstract void commit();

  /** The turn threw: undoes what it did. */
  abstract void rollback();

  /** The turn that was undone has crashed the stage, which is restarted. */
  void redeliver(Redelivery redelivery, Throwable cause) {}

  /** The turn that was undone is no reason to suspect its batch. */
  void forgive() {}

  /** The turn that was undone has failed, and the incarnation goes on without what made it fail. */
  void skip(Throwable cause) {}

  /** {@return whether the turn that was undone had a batch} */
  boolean hasCrashedBatch() {
    return false;
  }

  /** Publishes, in the middle of a turn, what it has emitted so far. */
  void commitOutput() {}

  /**
   * Keeps, in the middle of a turn, which subscriptions it has closed and opened so far. Answers whether their
   * producers are to be woken, after a full fence.
   */
  boolean commitGates() {
    return false;
  }

  /** Any turn of user code begins, of this role's own or a call, a cast, a timer. */
  abstract void beginTurn();

  /** {@return what the cell waits for when there is nothing to do} */
  abstract WaitState.Kind idle();

  /** See {@link stage.runtime.time.StepMachine#wantsRest}. */
  boolean wantsRest(Time time) {
    return false;
  }

  /** See {@link stage.runtime.time.StepMachine#mayRest}. */
  boolean mayRest() {
    return false;
  }

  /** {@return the name of the callback that {@link #turn} runs} */
  abstract String callback();

  /** {@return whether the outlet was completed} */
  boolean isCompleted() {
    return false;
  }

  /** {@return the outlet; null for a consumer} */
  Outlet<?> outlet() {
    return null;
  }

  /** {@return whether a generator's one turn is running} */
  boolean isGenerating() {
    return false;
  }

  /** {@return whether it may take no events now, though it is not paused and there may be some} */
  boolean isShut() {
    return false;
  }

  /** {@return whether the behaviour has something left to do in further turns} User code. */
  boolean asksForMore() {
    return false;
  }

  /** {@return the clock that tells when nothing has come for a while; null if the behaviour does not want to know} */
  IdleClock idleClock() {
    return null;
  }

  /** Runs the callback for the end of one subscription. */
  void inputEnded(LaneInlet<?> inlet) throws Exception {}

  /** Runs the callback for the end of all input. */
  void inputCompleted() throws Exception {}

  /** Runs the callback for a subscription that this incarnation has not been told of. */
  void subscribed(LaneInlet<?> inlet) throws Exception {}

  /** There may be demand that the author was not told of. */
  void wakeUp() {}

  private static final class OfProducer<O> extends Role {
    /** However large the demand (up to 2^63 - 1), a loop over it ends and its events fit into memory. */
    private static final long MOST_PER_TURN = 65_536;

    private final Stage.Producer<O> producer;
    private final ProducerHalf<O> half;
    private final StagedOutlet<O> out;
    private final boolean wakesItself;
    private long told;        // demand that the author was told of and has left
    private long toldBefore;  // the same before the turn
    private boolean wokenUp;

    OfProducer(Stage.Producer<O> producer, Cell<?> cell) {
      super(cell);
      this.producer = producer;
      this.half = cell.producerHalfOf(producer);
      this.out = new StagedOutlet<>(half);
      this.wakesItself = producer instanceof OnNotify;
    }

    @Override
    boolean hasTurn() {
      long demand = half.demand();
      if (demand < told) told = demand;   // a consumer left, and took its demand with it
      return demand > told || wokenUp && demand > 0;
    }

    @Override
    void turn() throws Exception {
      wokenUp = false;
      long demand = out.demand();
      if (demand == 0) return;   // who wanted something has left since hasTurn
      told = demand;
      fence.enter(callback());
      try {
        producer.onDemand(Math.min(demand, MOST_PER_TURN), out);
      } finally {
        fence.leave(callback());
      }
    }

    @Override
    void beginTurn() {
      toldBefore = told;
      out.beginTurn();
    }

    @Override
    void commit() {
      // Who has emitted something may have more, such as the next page: it is called again for the rest. Who has not
      // has nothing now.
      if (out.count() > 0) told = wakesItself ? Math.max(0, told - out.count()) : 0;
      boolean published = out.commit();
      try {
        incarnations.commitStates();
      } finally {
        if (published) half.fenceAndWake();
      }
    }

    @Override
    void rollback() {
      out.rollback();
      told = toldBefore;
    }

    @Override
    void wakeUp() {
      wokenUp = true;
    }

    @Override
    WaitState.Kind idle() {
      return WaitState.Kind.DEMAND;
    }

    @Override
    String callback() {
      return "onDemand";
    }

    @Override
    boolean isCompleted() {
      return out.isCompleted();
    }

    @Override
    Outlet<?> outlet() {
      return out;
    }
  }

  private static final class OfGenerator<O> extends Role {
    private final Stage.Generator<O> generator;
    private final ProducerHalf<O> half;
    private final GeneratorOutlet<O> out;
    private boolean generating;
    private boolean returned;

    OfGenerator(Stage.Generator<O> generator, Cell<?> cell) {
      super(cell);
      this.generator = generator;
      this.half = cell.producerHalfOf(generator);
      this.out = new GeneratorOutlet<>(cell, half);
    }

    @Override
    boolean isGenerating() {
      return generating;
    }

    @Override
    boolean hasTurn() {
      return generating ? half.demand() > 0 : !returned;
    }

    @Override
    void turn() throws Exception {
      generating = true;
      fence.enter(callback());
      try {
        generator.generate(out);
      } finally {
        fence.leave();
        generating = false;
        fence.left(callback());
      }
      returned = true;
      out.complete();
    }

    @Override
    void beginTurn() {
      out.open();
    }

    @Override
    void commit() {
      if (!generating) out.close();
      incarnations.commitStates();
    }

    @Override
    void rollback() {
      if (!generating) out.close();
    }

    @Override
    WaitState.Kind idle() {
      return WaitState.Kind.DEMAND;
    }

    @Override
    String callback() {
      return "generate";
    }

    @Override
    boolean isCompleted() {
      return !generating && (returned || out.isCompleted());
    }

    @Override
    Outlet<?> outlet() {
      return out;
    }
  }

  private static final class OfProducerConsumer<I, O> extends Role {
    private final Stage.ProducerConsumer<I, O> stage;
    private final ConsumerTurn<I> input;
    private final ProducerHalf<O> half;
    private final StagedOutlet<O> out;
    private final ProgressTurn progress;   // null if the behaviour is told of none
    private final IdleClock idleClock;     // null if it is not told that nothing comes
    private String callback = "onEvents";

    OfProducerConsumer(Stage.ProducerConsumer<I, O> stage, Cell<?> cell) {
      super(cell);
      this.stage = stage;
      this.input = new ConsumerTurn<>(cell);
      this.half = cell.producerHalfOf(stage);
      this.out = new StagedOutlet<>(half);
      this.progress = stage instanceof OnProgress onProgress ? new ProgressTurn(onProgress, cell.consumerHalf()) : null;
      this.idleClock = stage instanceof OnIdle onIdle ? new IdleClock(onIdle) : null;
    }

    @Override
    IdleClock idleClock() {
      return idleClock;
    }

    @Override
    boolean hasTurn() {
      return half.demand() > 0 && (incarnations.hasMore() || input.isReady() || progress != null && progress.isReady());
    }

    @Override
    void turn() throws Exception {
      if (out.demand() == 0) return;   // who wanted something has left since hasTurn
      out.invite();
      boolean goesOn = incarnations.hasMore();
      boolean tells = !goesOn && progress != null && progress.takesTurn(input.isReady());
      callback = goesOn ? "onMore" : tells ? "onProgress" : "onEvents";
      List<I> batch = goesOn || tells ? List.of() : input.take(out.demand());
      if (progress != null && !batch.isEmpty()) input.inlet().seeProgress();
      fence.enter(callback);
      try {
        if (goesOn) stage.onMore(out);
        else if (tells) progress.tell(out);
        else handle(batch);
        incarnations.asksForMore(stage.hasMore());
      } finally {
        fence.leave(callback);
      }
    }

    private void handle(List<I> batch) throws Exception {
      if (idleClock != null) idleClock.reset();
      stage.onEvents(batch, input.inlet(), out);
      if (progress != null) progress.tellAfterEvents(input.inlet(), out);
    }

    @Override
    boolean asksForMore() {
      return stage.hasMore();
    }

    @Override
    void redeliver(Redelivery redelivery, Throwable cause) {
      input.redeliver(redelivery, cause);
    }

    @Override
    void forgive() {
      input.forgive();
    }

    @Override
    void skip(Throwable cause) {
      input.skip(cause);
    }

    @Override
    boolean hasCrashedBatch() {
      return input.hasCrashedBatch();
    }

    @Override
    boolean wantsRest(Time time) {
      return input.wantsRest(time);
    }

    @Override
    boolean mayRest() {
      return input.mayRest();
    }

    @Override
    @SuppressWarnings("unchecked")
    void inputEnded(LaneInlet<?> inlet) throws Exception {
      out.invite();
      stage.onInputEnd((LaneInlet<I>) inlet, out);
    }

    @Override
    void inputCompleted() throws Exception {
      out.invite();
      stage.onComplete(out);
    }

    @Override
    @SuppressWarnings("unchecked")
    void subscribed(LaneInlet<?> inlet) throws Exception {
      stage.onSubscribe((LaneInlet<I>) inlet);
    }

    @Override
    void beginTurn() {
      out.beginTurn();
    }

    @Override
    void commitOutput() {
      if (out.commit()) half.fenceAndWake();
      out.beginTurn();
    }

    @Override
    boolean commitGates() {
      return input.commitGates();
    }

    @Override
    void commit() {
      boolean published = out.commit();
      boolean opened = input.commitGates();
      boolean asked = input.settle();
      try {
        incarnations.commitStates();
      } finally {
        if (progress != null) progress.commit();
        if (opened) input.wakeAllProducers();
        if (published || asked || input.shouldNotifyProducer()) {
          half.fenceAndWake();
          input.wakeProducer(asked);
        }
        input.finish();
      }
    }

    @Override
    void rollback() {
      out.rollback();
      input.rollback();
      if (progress != null) progress.rollback();
      input.rollbackGates();
    }

    @Override
    WaitState.Kind idle() {
      return incarnations.hasMore() || input.isReady() ? WaitState.Kind.DEMAND : input.idle();
    }

    @Override
    String callback() {
      return callback;
    }

    @Override
    boolean isCompleted() {
      return out.isCompleted();
    }

    @Override
    Outlet<?> outlet() {
      return out;
    }
  }

  private static final class OfConsumer<I> extends Role {
    private final Stage.Consumer<I> stage;
    private final DemandLimit gate;   // null if it may take what there is
    private final Continuing continuing;   // null if its work never goes on over several turns
    private final ConsumerTurn<I> input;
    private final ProgressTurn progress;   // null if the behaviour is told of none
    private final IdleClock idleClock;     // null if it is not told that nothing comes
    private String callback = "onEvents";

    OfConsumer(Stage.Consumer<I> stage, Cell<?> cell) {
      super(cell);
      this.stage = stage;
      this.gate = stage instanceof DemandLimit gated ? gated : null;
      this.continuing = stage instanceof Continuing goesOn ? goesOn : null;
      this.input = new ConsumerTurn<>(cell);
      this.progress = stage instanceof OnProgress onProgress ? new ProgressTurn(onProgress, cell.consumerHalf()) : null;
      this.idleClock = stage instanceof OnIdle onIdle ? new IdleClock(onIdle) : null;
    }

    @Override
    IdleClock idleClock() {
      return idleClock;
    }

    @Override
    boolean hasTurn() {
      return incarnations.hasMore() || input.isReady() && !isShut() || progress != null && progress.isReady();
    }

    @Override
    boolean asksForMore() {
      return continuing != null && continuing.hasMore();
    }

    @Override
    boolean isShut() {
      return gate != null && gate.permits() == 0;
    }

    @Override
    void turn() throws Exception {
      boolean goesOn = incarnations.hasMore();
      boolean tells = !goesOn && progress != null && progress.takesTurn(input.isReady());
      callback = goesOn ? "onMore" : tells ? "onProgress" : "onEvents";
      List<I> batch = goesOn || tells ? List.of() : input.take(gate == null ? Long.MAX_VALUE : gate.permits());
      if (progress != null && !batch.isEmpty()) input.inlet().seeProgress();
      fence.enter(callback);
      try {
        if (goesOn) continuing.onMore();
        else if (tells) progress.tell(null);
        else handle(batch);
        if (continuing != null) incarnations.asksForMore(continuing.hasMore());
      } finally {
        fence.leave(callback);
      }
    }

    private void handle(List<I> batch) throws Exception {
      if (idleClock != null) idleClock.reset();
      stage.onEvents(batch, input.inlet());
      if (progress != null) progress.tellAfterEvents(input.inlet(), null);
    }

    @Override
    void redeliver(Redelivery redelivery, Throwable cause) {
      input.redeliver(redelivery, cause);
    }

    @Override
    void forgive() {
      input.forgive();
    }

    @Override
    void skip(Throwable cause) {
      input.skip(cause);
    }

    @Override
    boolean hasCrashedBatch() {
      return input.hasCrashedBatch();
    }

    @Override
    boolean wantsRest(Time time) {
      return input.wantsRest(time);
    }

    @Override
    boolean mayRest() {
      return input.mayRest();
    }

    @Override
    @SuppressWarnings("unchecked")
    void inputEnded(LaneInlet<?> inlet) throws Exception {
      stage.onInputEnd((LaneInlet<I>) inlet);
    }

    @Override
    void inputCompleted() throws Exception {
      stage.onComplete();
    }

    @Override
    @SuppressWarnings("unchecked")
    void subscribed(LaneInlet<?> inlet) throws Exception {
      stage.onSubscribe((LaneInlet<I>) inlet);
    }

    @Override
    void beginTurn() {}

    @Override
    boolean commitGates() {
      return input.commitGates();
    }

    @Override
    void commit() {
      boolean opened = input.commitGates();
      boolean asked = input.settle();
      try {
        incarnations.commitStates();
      } finally {
        if (progress != null) progress.commit();
        if (opened) input.wakeAllProducers();
        if (asked || input.shouldNotifyProducer()) {
          input.fence();
          input.wakeProducer(asked);
        }
        input.finish();
      }
    }

    @Override
    void rollback() {
      input.rollback();
      if (progress != null) progress.rollback();
      input.rollbackGates();
    }

    @Override
    WaitState.Kind idle() {
      return isShut() && input.isReady() ? WaitState.Kind.DEMAND : input.idle();
    }

    @Override
    String callback() {
      return callback;
    }
  }
}
