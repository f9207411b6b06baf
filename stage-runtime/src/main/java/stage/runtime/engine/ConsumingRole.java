package stage.runtime.engine;

import java.util.List;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.runtime.bridge.OnIdle;
import stage.runtime.bridge.OnProgress;
import stage.runtime.time.Activity;
import stage.runtime.time.Time;

/**
 * What consumers and producer-consumers have in common: a turn takes a batch of one subscription, goes on with what an
 * earlier turn has left, or tells of progress.
 */
abstract class ConsumingRole<I> extends Role {
  final ConsumerTurn<I> input;
  private final ProgressTurn progress;   // null if the behaviour is told of none
  private final IdleClock idleClock;     // null if it is not told that nothing comes
  private Activity callback = Activity.ON_EVENTS;

  ConsumingRole(Stage.Behaviour stage, CellParts parts) {
    super(parts);
    this.input = new ConsumerTurn<>(parts.input());
    this.progress = stage instanceof OnProgress onProgress ? new ProgressTurn(onProgress, parts.input()) : null;
    this.idleClock = stage instanceof OnIdle onIdle ? new IdleClock(onIdle) : null;
  }

  /** Runs the callback for a batch. */
  abstract void handle(List<I> batch) throws Exception;

  /** Runs the callback that goes on with what an earlier turn has left. */
  abstract void goOn() throws Exception;

  /** {@return whether something is left of an earlier turn that may go on now} */
  boolean mayGoOn() {
    return memory.hasMore();
  }

  /** Takes a turn with at most this many events. */
  final void takeTurn(long limit) throws Exception {
    boolean goesOn = mayGoOn();
    boolean tells = !goesOn && progress != null && progress.takesTurn(input.isReady());
    callback = goesOn ? Activity.ON_MORE : tells ? Activity.ON_PROGRESS : Activity.ON_EVENTS;
    List<I> batch = goesOn || tells ? List.of() : input.take(limit);
    if (progress != null && !batch.isEmpty()) input.inlet().seeProgress();
    handover.enter(callback);
    try {
      if (goesOn) goOn();
      else if (tells) progress.tell(outlet());
      else handleAndTell(batch);
      memory.asksForMore(asksForMore());
    } finally {
      handover.leave(callback);
    }
  }

  private void handleAndTell(List<I> batch) throws Exception {
    if (idleClock != null) idleClock.reset();
    handle(batch);
    if (progress != null) progress.tellAfterEvents(input.inlet(), outlet());
  }

  /** {@return whether there is progress to tell of} Looks only. */
  final boolean hasProgress() {
    return progress != null && progress.isReady();
  }

  @Override
  final IdleClock idleClock() {
    return idleClock;
  }

  @Override
  final void redeliver(Redelivery redelivery, Throwable cause) {
    input.redeliver(redelivery, cause);
  }

  @Override
  final void forgive() {
    input.forgive();
  }

  @Override
  final void skip(Throwable cause) {
    input.skip(cause);
  }

  @Override
  final boolean hasCrashedBatch() {
    return input.hasCrashedBatch();
  }

  @Override
  final boolean wantsRest(Time time) {
    return input.wantsRest(time);
  }

  @Override
  final boolean mayRest() {
    return input.mayRest();
  }

  @Override
  final boolean commitGates() {
    return input.commitGates();
  }

  /** Publishes what the turn has emitted. Returns whether there was anything. */
  boolean publish() {
    return false;
  }

  /** One full fence; then the consumers that the turn has published to are woken. */
  void fenceAndWake() {
    input.fence();
  }

  @Override
  final void commit() {
    memory.prepare();
    boolean published = publish();
    boolean resumed = input.commitGates();
    boolean asked = input.settle();
    try {
      memory.commit();
    } finally {
      if (progress != null) progress.commit();
      if (resumed) input.wakeResumedProducers();
      if (published || asked || input.shouldNotifyProducer()) {
        fenceAndWake();
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
  final Activity callback() {
    return callback;
  }
}
