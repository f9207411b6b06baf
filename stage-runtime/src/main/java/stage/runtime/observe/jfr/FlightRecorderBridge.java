package stage.runtime.observe.jfr;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import jdk.jfr.Recording;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;
import stage.api.WaitReason;
import stage.api.observe.Registration;
import stage.api.observe.StageEvent;
import stage.api.observe.TreeRates;
import stage.api.observe.TreeSnapshot;
import stage.runtime.supervision.Observed;

/**
 * Tells the flight recorder what happens in scopes, and once a second what their lanes and stages stand at.
 *
 * <p>The recorder is not started by this, and while it is not, an event costs the test whether it is. It listens to the
 * recorder only while a scope is open: the recorder belongs to the JVM, and would hold on to the class loader of an
 * application that is gone.
 */
public final class FlightRecorderBridge {
  private static final List<String> FOREIGN = List.of("java.", "jdk.", "sun.", "stage.runtime.", "stage.api.");

  private final Map<Observed, TreeSnapshot> scopes = new ConcurrentHashMap<>();   // with what was seen of each last
  // since somebody wanted to know of lanes
  private final Map<Observed, Registration> watched = new ConcurrentHashMap<>();
  // while some recording wants turns or waits
  private final Map<Observed, Registration> probed = new ConcurrentHashMap<>();
  private final ReentrantLock opening = new ReentrantLock();
  private Listening listening;   // guarded by opening; null while no scope is open

  /** Makes the one of this JVM: it does nothing until a scope is opened. */
  public FlightRecorderBridge() {}

  /**
   * Waits for the recorder to be started, and asks to be called in its period then. The recorder may call it with a
   * lock of its own held, so it takes none: each of the two threads writes its flag before it reads the other's.
   */
  private final class Listening implements FlightRecorderListener {
    private final Runnable look = FlightRecorderBridge.this::look;
    private volatile boolean added;   // written by the thread that starts the recorder
    private volatile boolean over;    // written by the thread that closes the last scope

    @Override
    public void recorderInitialized(FlightRecorder recorder) {
      if (over) return;
      added = true;
      FlightRecorder.addPeriodicEvent(StageEvents.Lane.class, look);
      FlightRecorder.register(StageEvents.Busy.class);
      FlightRecorder.register(StageEvents.Turn.class);
      FlightRecorder.register(StageEvents.Wait.class);
      probe();
      if (over) FlightRecorder.removePeriodicEvent(look);
    }

    @Override
    public void recordingStateChanged(Recording recording) {
      if (added && !over) probe();
    }

    void begin() {
      if (FlightRecorder.isInitialized()) recorderInitialized(FlightRecorder.getFlightRecorder());
      else FlightRecorder.addListener(this);
    }

    void end() {
      over = true;
      FlightRecorder.removeListener(this);
      if (added) FlightRecorder.removePeriodicEvent(look);
    }
  }

  /**
   * Tells of a scope until it closes.
   *
   * @param scope which
   */
  public void opened(Observed scope) {
    add(scope);
    Registration listener = scope.listen(event -> happened(scope.path(), event));
    scope.onClose(() -> {
      listener.close();
      remove(scope);
    });
  }

  private void add(Observed scope) {
    TreeSnapshot first = scope.tree();
    opening.lock();
    try {
      scopes.put(scope, first);
      if (listening == null) {
        listening = new Listening();
        listening.begin();
      } else if (listening.added) {
        probe();
      }
    } finally {
      opening.unlock();
    }
  }

  private void remove(Observed scope) {
    opening.lock();
    try {
      scopes.remove(scope);
      watched.remove(scope);
      probed.remove(scope);
      if (!scopes.isEmpty() || listening == null) return;
      listening.end();
      listening = null;
    } finally {
      opening.unlock();
    }
  }

  // ---- what happens; on the thread it happened on

  private static void happened(String scope, StageEvent event) {
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

  // ---- turns and waits, on the threads of the stages

  /** Sees to it that scopes tell of turns and waits if, and only if, a recording wants them. Any thread. */
  private void probe() {
    boolean isWanted = FlightProbe.isWanted();
    for (Observed scope : scopes.keySet()) {
      if (isWanted) probed.computeIfAbsent(scope, each -> each.probe(new FlightProbe(each.path())));
      if (!scopes.containsKey(scope)) probed.remove(scope);   // it has closed meanwhile
      Registration probe = isWanted ? null : probed.remove(scope);
      if (probe != null) probe.close();
    }
  }

  // ---- what lanes and stages stand at; on the recorder's thread, once in its period

  private void look() {
    probe();   // a recording that is running already may have changed its mind
    scopes.forEach((scope, before) -> {
      watched.computeIfAbsent(scope, Observed::watch);
      TreeSnapshot now = scope.tree();
      // it has closed meanwhile
      if (scopes.computeIfPresent(scope, (same, old) -> now) == null) watched.remove(scope);
      tell(now, TreeRates.between(before, now));
    });
  }

  private static void tell(TreeSnapshot tree, TreeRates rates) {
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
