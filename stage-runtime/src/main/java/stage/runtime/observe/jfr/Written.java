package stage.runtime.observe.jfr;

import java.util.List;
import jdk.jfr.Event;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;
import stage.api.WaitReason;
import stage.api.observe.StageEvent;
import stage.api.observe.TreeRates;
import stage.api.observe.TreeSnapshot;

/** Writes what happens in scopes, and what they stand at, for the flight recorder. Loaded when that was started. */
final class Written {
  private static final List<String> FOREIGN = List.of("java.", "jdk.", "sun.", "stage.runtime.", "stage.api.");

  private Written() {}

  /** Something has happened in a scope. On the thread it happened on. */
  static void happened(String scope, StageEvent event) {
    Event written = switch (event) {
      case StageEvent.Started started -> new StageEvents.Start();
      case StageEvent.Crashed(var path, var incarnation, var cause, var during) -> {
        var crash = new StageEvents.Crash();
        crash.incarnation = incarnation;
        crash.cause = cause.getClass().getName();
        crash.during = during;
        yield crash;
      }
      case StageEvent.Restarted(var path, var incarnation) -> {
        var restart = new StageEvents.Restart();
        restart.incarnation = incarnation;
        yield restart;
      }
      case StageEvent.GaveUp(var path, var child, var cause) -> {
        var gaveUp = new StageEvents.GiveUp();
        gaveUp.child = child;
        gaveUp.cause = cause.getClass().getName();
        yield gaveUp;
      }
      case StageEvent.DeadLettered(var letter) -> {
        var dead = new StageEvents.DeadLetter();
        dead.attempts = letter.attempts();
        dead.cause = letter.cause().getClass().getName();
        yield dead;
      }
      case StageEvent.Dropped(var path, var events, var why) -> {
        var drop = new StageEvents.Drop();
        drop.events = events;
        drop.why = why;
        yield drop;
      }
      case StageEvent.Abandoned(var path, var incarnation, var thread) -> {
        var abandon = new StageEvents.Abandon();
        abandon.incarnation = incarnation;
        abandon.thread = thread;
        yield abandon;
      }
      case StageEvent.Stalled(var path, var incarnation, var time, var stack) -> {
        var stall = new StageEvents.Stall();
        stall.incarnation = incarnation;
        stall.millis = time.toMillis();
        stall.place = place(stack);
        yield stall;
      }
      case StageEvent.Ended(var path, var reason) -> {
        var end = new StageEvents.End();
        end.reason = reason.getClass().getSimpleName();
        end.failed = reason.isFailure();
        yield end;
      }
    };
    commit((StageEvents.OfStage) written, scope, event.path());
  }

  /** {@return the innermost frame that is neither the JDK's nor Stage's} */
  private static String place(List<StackTraceElement> stack) {
    for (StackTraceElement frame : stack) {
      String type = frame.getClassName();
      if (FOREIGN.stream().anyMatch(type::startsWith)) continue;
      return type + "." + frame.getMethodName() + "(" + frame.getFileName() + ":" + frame.getLineNumber() + ")";
    }
    return "";
  }

  private static void commit(StageEvents.OfStage event, String scope, String stage) {
    if (!event.shouldCommit()) return;
    event.scope = scope;
    event.stage = stage;
    event.commit();
  }

  /** What the lanes and the stages of a scope stand at. */
  static void tell(TreeSnapshot tree, TreeRates rates) {
    for (SubscriptionSnapshot each : tree.subscriptions()) {
      var lane = new StageEvents.Lane();
      lane.consumer = each.consumer();
      lane.rate = rates.of(each);
      lane.outstanding = each.outstanding();
      lane.inFlight = each.inFlight();
      lane.ageMillis = each.age().toMillis();
      commit(lane, tree.scope(), each.producer());
    }
    for (StageSnapshot stage : tree.stages()) {
      TreeRates.StageRates of = rates.of(stage);
      var busy = new StageEvents.Busy();
      busy.busy = of.busy();
      busy.events = of.waits().getOrDefault(WaitReason.EVENTS, 0.0);
      busy.demand = of.waits().getOrDefault(WaitReason.DEMAND, 0.0);
      busy.in = of.in();
      busy.out = of.out();
      commit(busy, tree.scope(), stage.path());
    }
  }
}
