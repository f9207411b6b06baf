package stage.samples.flights;

import java.util.List;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StopReason;

/** Behaviours that crash as planned, around others that know nothing of it. */
final class Crashing {
  private Crashing() {}

  /** What the behaviour itself does. */
  private interface Callback {
    void run() throws Exception;
  }

  /** What the three kinds have in common. */
  private abstract static class Around {
    final CrashPlan plan;
    private final Stage.Behaviour stage;

    Around(CrashPlan plan, Stage.Behaviour stage) {
      this.plan = plan;
      this.stage = stage;
    }

    /** Runs the behaviour's own code in a turn that crashes before it, within it, after it, or not at all. */
    void run(CrashingTurn turn, Callback callback) throws Exception {
      turn.before();
      callback.run();
      turn.after();
    }

    /** Not in the first life: a stage that cannot start is no part of the scope, and not restarted. */
    public void onStart(StageContext context) throws Exception {
      CrashingTurn turn = context.incarnation() == 1 ? CrashingTurn.GOOD : plan.restart();
      turn.before();
      stage.onStart(context);
      try {
        turn.after();
      } catch (PlannedCrash crash) {
        // the engine does not, after a start that threw, and there may be a file open
        stage.onStop(new StopReason.Crashed(crash));
        throw crash;
      }
    }

    /** Never crashes: what is thrown here changes nothing. */
    public void onStop(StopReason reason) throws Exception {
      stage.onStop(reason);
    }
  }

  /** Around a producer that emits one event a turn. */
  static final class OfProducer<O> extends Around implements Stage.Producer<O> {
    private final Stage.Producer<O> behaviour;

    OfProducer(CrashPlan plan, Stage.Producer<O> behaviour) {
      super(plan, behaviour);
      this.behaviour = behaviour;
    }

    @Override
    public void onDemand(long demand, Outlet<O> out) throws Exception {
      CrashingTurn turn = plan.turn();
      Ending<O> ending = new Ending<>(turn.withinOne(out));
      run(turn, () -> behaviour.onDemand(demand, ending));
      if (ending.isCompleted) plan.lastTurn().after();
    }
  }

  /** Around a producer-consumer. */
  static final class OfProducerConsumer<I, O> extends Around implements Stage.ProducerConsumer<I, O> {
    private final Stage.ProducerConsumer<I, O> behaviour;

    OfProducerConsumer(CrashPlan plan, Stage.ProducerConsumer<I, O> behaviour) {
      super(plan, behaviour);
      this.behaviour = behaviour;
    }

    @Override
    public void onSubscribe(Inlet<I> to) throws Exception {
      behaviour.onSubscribe(to);
    }

    @Override
    public void onEvents(List<I> events, Inlet<I> from, Outlet<O> out) throws Exception {
      CrashingTurn turn = plan.turn();
      run(turn, () -> behaviour.onEvents(turn.within(events), from, turn.within(out)));
    }

    @Override
    public void onComplete(Outlet<O> out) throws Exception {
      CrashingTurn turn = plan.lastTurn();
      run(turn, () -> behaviour.onComplete(turn.withinOne(out)));
    }
  }

  /** Around a consumer. */
  static final class OfConsumer<I> extends Around implements Stage.Consumer<I> {
    private final Stage.Consumer<I> behaviour;

    OfConsumer(CrashPlan plan, Stage.Consumer<I> behaviour) {
      super(plan, behaviour);
      this.behaviour = behaviour;
    }

    @Override
    public void onSubscribe(Inlet<I> to) throws Exception {
      behaviour.onSubscribe(to);
    }

    @Override
    public void onEvents(List<I> events, Inlet<I> from) throws Exception {
      CrashingTurn turn = plan.turn();
      run(turn, () -> behaviour.onEvents(turn.within(events), from));
    }

    @Override
    public void onComplete() throws Exception {
      run(plan.lastTurn(), behaviour::onComplete);
    }
  }

  /** Sees whether the stream was completed. */
  private static final class Ending<O> implements Outlet<O> {
    private final Outlet<O> out;
    private boolean isCompleted;

    Ending(Outlet<O> out) {
      this.out = out;
    }

    @Override
    public void emit(O event) {
      out.emit(event);
    }

    @Override
    public long demand() {
      return out.demand();
    }

    @Override
    public void complete() {
      isCompleted = true;
      out.complete();
    }
  }
}
