package stage.runtime.supervision;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import stage.api.Restart;
import stage.api.Shutdown;
import stage.runtime.engine.Cell;
import stage.runtime.time.Time;

/**
 * Restarts several stages together: ends their incarnations one at a time in reverse start order, waits for the
 * backoff, and starts the next ones one at a time in start order. Goes on with each piece of news, under the tree's
 * lock; has no thread.
 */
final class GroupRestart {
  // Stopping -> Waiting    the first of them is held, or there is a backoff
  // Stopping -> Starting   the same without a backoff
  // Waiting  -> Starting   the backoff is over
  // Starting -> Done       the last of them runs
  // any      -> Done       another restart, or the end of the scope, has come in between
  enum Step {
    STOPPING,
    WAITING,
    STARTING,
    DONE
  }

  private final FaultHandling faultHandling;
  private final ScopeContext context;
  private final List<Child.OfStage> group;   // in start order
  private final Set<Child.OfStage> members;  // the same, to look up
  private final Child.OfStage crashed;
  private final Set<Child.OfStage> fresh;    // those that find their states empty
  private final long delayNanos;
  private final Time time;
  private Step step = Step.STOPPING;
  private int at;                            // whose turn it is
  private boolean asked;                     // whether that one has been asked
  private final Set<Child.OfStage> leavers = new HashSet<>();   // about to end by themselves
  private Child.OfStage leaving;             // a temporary one that was asked, and is waited for; null if there is none
  private String heldFor;                    // whom the others are held for; one string, for each of them keeps it
  private Time.Alarm alarm;

  GroupRestart(FaultHandling faultHandling, ScopeContext context, List<Child.OfStage> group, Child.OfStage crashed,
      Set<Child.OfStage> fresh, long delayNanos) {
    this.faultHandling = faultHandling;
    this.context = context;
    this.group = new ArrayList<>(group);
    this.members = new HashSet<>(group);
    this.crashed = crashed;
    this.fresh = fresh;
    this.delayNanos = delayNanos;
    this.time = context.graph().time();
    this.at = group.size() - 1;
  }

  boolean covers(Child.OfStage child) {
    return step != Step.DONE && members.contains(child);
  }

  /** {@return whether a stage is still to be started by it} */
  boolean mustStart(Child.OfStage child) {
    return covers(child) && !leavers.contains(child) && (step == Step.STOPPING || child.hold() != Child.Hold.NONE);
  }

  boolean mustStartAnyOf(Collection<Child.OfStage> others) {
    for (Child.OfStage child : others) if (mustStart(child)) return true;
    return false;
  }

  List<Child.OfStage> owed() {
    return thoseToStart(group);
  }

  private List<Child.OfStage> thoseToStart(Collection<Child.OfStage> all) {
    List<Child.OfStage> owed = new ArrayList<>();
    for (Child.OfStage child : all) if (mustStart(child)) owed.add(child);
    return owed;
  }

  /** {@return the stages that must still find their states empty} */
  List<Child.OfStage> stillToBeFresh() {
    return thoseToStart(fresh);
  }

  boolean isStopping() {
    return step == Step.STOPPING;
  }

  /** Gives the restart up; a stage that it should have started is held until another restart starts it. */
  void cancel() {
    step = Step.DONE;
    forgetAlarm();
  }

  /** One that was to be held is not going to wait, because it is about to end. */
  void willEnd(Child.OfStage child) {
    leavers.add(child);
    advance();
  }

  /** One of the group is held, runs, or has ended. */
  void advance() {
    while (true) {
      switch (step) {
        case STOPPING -> {
          // as in OTP, the others are stopped once it has ended, its onStop included
          if (!isOver(crashed) && crashed.hold() != Child.Hold.HELD) return;
          if (at < 0) waitOut();
          else if (isOver(group.get(at)) || group.get(at).hold() == Child.Hold.HELD) next(-1);
          else {
            askToStop(group.get(at));
            return;
          }
        }
        case STARTING -> {
          if (at == group.size()) finish();
          else if (isOver(group.get(at)) || group.get(at).hold() == Child.Hold.NONE) next(1);
          else {
            start(group.get(at));
            return;
          }
        }
        case WAITING, DONE -> {
          return;
        }
      }
    }
  }

  /** A stage that is stopped otherwise, or is just starting, is not waited for. */
  private boolean isOver(Child.OfStage child) {
    return child.cell() == null || leavers.contains(child) || child.isStarting()
        || child.isStopping() && child != leaving;
  }

  private void next(int direction) {
    at += direction;
    asked = false;
    forgetAlarm();
  }

  private void askToStop(Child.OfStage child) {
    if (asked) return;
    if (child == crashed) {   // it has no incarnation to end, and says so itself
      asked = true;
      return;
    }
    Cell<?> cell = child.cell();
    // first: if the heap is full, this is repeated
    if (child.spec().options().shutdown() instanceof Shutdown.Within(var limit) && alarm == null) {
      alarm = time.at(time.nanos() + Time.toNanos(limit), new LateKill(child, cell));
    }
    if (child.restart() == Restart.TEMPORARY) {   // it is removed, and not restarted with the others
      leaving = child;
      child.stopping();
      cell.stop();
    } else {
      if (heldFor == null) heldFor = crashed.cell() == null ? crashed.name() : crashed.cell().path();
      cell.hold(heldFor);
    }
    if (child.spec().options().shutdown() instanceof Shutdown.Brutal) end(child, cell);
    asked = true;
  }

  private void end(Child.OfStage child, Cell<?> cell) {
    if (child == leaving) context.cancel(cell);
    else context.kill(cell);
  }

  /** One that was asked to stop has not done so in time. Needs no memory up to where it kills. */
  private final class LateKill implements Runnable {
    private final Child.OfStage child;
    private final Cell<?> cell;

    LateKill(Child.OfStage child, Cell<?> cell) {
      this.child = child;
      this.cell = cell;
    }

    @Override
    public void run() {
      context.lock();
      try {
        if (step == Step.STOPPING && at >= 0 && group.get(at) == child && child.hold() != Child.Hold.HELD)
          end(child, cell);
      } finally {
        context.unlock();
      }
    }
  }

  private final class EndOfBackoff implements Runnable {
    @Override
    public void run() {
      context.lock();
      try {
        backoffIsOver();
      } finally {
        context.unlock();
      }
    }
  }

  private void waitOut() {
    // First: if the heap is full, this is repeated. It needs the lock, so it comes after the rest.
    if (delayNanos > 0) alarm = time.at(time.nanos() + delayNanos, new EndOfBackoff());
    at = 0;
    asked = false;
    step = delayNanos > 0 ? Step.WAITING : Step.STARTING;
  }

  private void backoffIsOver() {
    if (step == Step.WAITING) step = Step.STARTING;
    advance();
  }

  private void start(Child.OfStage child) {
    if (child.hold() == Child.Hold.RELEASED) return;
    child.cell().release(fresh.contains(child));
    child.hold(Child.Hold.RELEASED);
  }

  private void finish() {
    step = Step.DONE;
    forgetAlarm();
    faultHandling.groupRestarted(this);
  }

  private void forgetAlarm() {
    if (alarm != null) alarm.cancel();
    alarm = null;
  }
}
