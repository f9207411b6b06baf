package stage.behaviour.support;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;
import stage.api.StopReason;

/** What pipelines are made of that crash where they are told to, and keep what they must in states. */
public final class Parts {
  private Parts() {}

  /** What all have in common. */
  public abstract static class Part {
    public final Lives lives;
    public final PlannedCrashes faults;
    public StageContext context;

    Part(Lives lives, PlannedCrashes faults) {
      this.lives = lives;
      this.faults = faults;
    }

    public void onStart(StageContext context) throws Exception {
      this.context = context;
      lives.start(context);
      faults.onStart.crash();
    }

    public void onStop(StopReason reason) throws Exception {
      lives.stop(context, reason);
      faults.onStop.crash();
    }
  }

  /** What knows how far it has got. */
  private abstract static class Counting extends Part {
    final int limit;
    State<Integer> next;

    Counting(Lives lives, PlannedCrashes faults, int limit) {
      super(lives, faults);
      this.limit = limit;
    }

    @Override
    public void onStart(StageContext context) throws Exception {
      super.onStart(context);
      next = context.state(0);
    }
  }

  /** Emits 0, 1, 2 … and completes at its limit. */
  public static final class Source extends Counting implements Stage.Producer<Integer> {
    public Source(Lives lives, PlannedCrashes faults, int limit) {
      super(lives, faults, limit);
    }

    @Override
    public void onDemand(long demand, Outlet<Integer> out) {
      faults.before.crash();
      for (long i = 0; i < demand && next.value() < limit; i++) {
        out.emit(next.value());
        next.set(next.value() + 1);
      }
      if (next.value() == limit) out.complete();
      faults.after.crash();
    }
  }

  /** The same in a loop. */
  public static final class Loop extends Counting implements Stage.Generator<Integer> {
    public Loop(Lives lives, PlannedCrashes faults, int limit) {
      super(lives, faults, limit);
    }

    @Override
    public void generate(Outlet<Integer> out) {
      while (next.value() < limit) {
        faults.before.crash();
        int event = next.value();
        next.set(event + 1);
        out.emit(event);
        faults.after.crash();
      }
    }
  }

  /** Passes on what it gets, and -1 at the end. */
  public static final class Middle extends Part implements Stage.ProducerConsumer<Integer, Integer> {
    public Middle(Lives lives, PlannedCrashes faults) {
      super(lives, faults);
    }

    @Override
    public void onSubscribe(Inlet<Integer> to) {
      faults.onSubscribe.crash();
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from, Outlet<Integer> out) {
      faults.before.crash();
      for (int event : events) out.emit(event);
      faults.after.crash();
    }

    @Override
    public void onComplete(Outlet<Integer> out) {
      out.emit(-1);
      faults.onComplete.crash();
    }
  }

  /** Shows, when it is sure to be through, what it has handled. */
  public static final class Sink extends Part implements Stage.Consumer<Integer> {
    public final BlockingQueue<Integer> handled;

    public Sink(Lives lives, PlannedCrashes faults) {
      this(lives, faults, new LinkedBlockingQueue<>());
    }

    public Sink(Lives lives, PlannedCrashes faults, BlockingQueue<Integer> handled) {
      super(lives, faults);
      this.handled = handled;
    }

    @Override
    public void onSubscribe(Inlet<Integer> to) {
      faults.onSubscribe.crash();
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {
      faults.before.crash();
      faults.after.crash();
      handled.addAll(events);
    }

    @Override
    public void onComplete() {
      faults.onComplete.crash();
    }
  }
}
