package stage.runtime.observe.jfr;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import jdk.jfr.Recording;
import stage.api.observe.Registration;
import stage.api.observe.StageEvent;
import stage.api.observe.StageListener;
import stage.api.observe.TreeRates;
import stage.api.observe.TreeSnapshot;
import stage.runtime.supervision.Observed;

/**
 * Tells the flight recorder what happens in scopes, and once a second what their lanes and stages stand at.
 *
 * <p>The recorder is not started by this, and while it is not, an event costs the test whether it is: the classes of
 * its events are loaded when it has been, for that takes half a megabyte. This listens to the recorder only while a
 * scope is open: the recorder belongs to the JVM, and would hold on to the class loader of an application that is gone.
 */
public final class FlightRecorderBridge {
  private final Set<Observed> scopes = ConcurrentHashMap.newKeySet();   // that are open
  // what was seen of each last; the recorder's thread puts, the one that closes a scope removes
  private final Map<Observed, TreeSnapshot> seen = new ConcurrentHashMap<>();
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
    private volatile Runnable look;   // as the next; before it
    private volatile boolean added;   // written by the thread that starts the recorder
    private volatile boolean over;    // written by the thread that closes the last scope, and by giveUp

    @Override
    public void recorderInitialized(FlightRecorder recorder) {
      if (over) return;
      look = this::lookWhileLoaded;
      added = true;
      try {
        FlightRecorder.addPeriodicEvent(StageEvents.Lane.class, look);
        FlightRecorder.register(StageEvents.Busy.class);
        FlightRecorder.register(StageEvents.Turn.class);
        FlightRecorder.register(StageEvents.Wait.class);
        probe();
      } catch (LinkageError closed) {
        over = true;
      }
      if (over) FlightRecorder.removePeriodicEvent(look);
    }

    private void lookWhileLoaded() {
      try {
        look();
      } catch (LinkageError closed) {
        giveUp();
      }
    }

    /**
     * An application is gone, and its class loader closed, but one of its scopes is open: there is nobody to tell, and
     * the program that starts the recorder must not fail for it.
     */
    private void giveUp() {
      over = true;
      FlightRecorder.removePeriodicEvent(look);
    }

    @Override
    public void recordingStateChanged(Recording recording) {
      if (!added || over) return;
      try {
        probe();
      } catch (LinkageError closed) {
        giveUp();
      }
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
    var open = new Open(scope);
    open.listener = scope.listen(open);
    scope.onClose(open);
  }

  /** A scope that is open. Not two lambdas, of which the JDK would make classes where nobody records. */
  private final class Open implements StageListener, Runnable {
    private final Observed scope;
    private Registration listener;   // written before it is told that the scope closes

    Open(Observed scope) {
      this.scope = scope;
    }

    /** On the thread it happened on. */
    @Override
    public void on(StageEvent event) {
      if (FlightRecorder.isInitialized()) Written.happened(scope.path(), event);
    }

    /** It closes. */
    @Override
    public void run() {
      listener.close();
      remove(scope);
    }
  }

  private void add(Observed scope) {
    if (FlightRecorder.isInitialized()) seen.put(scope, scope.tree());
    opening.lock();
    try {
      scopes.add(scope);
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
      seen.remove(scope);
      watched.remove(scope);
      probed.remove(scope);
      if (!scopes.isEmpty() || listening == null) return;
      listening.end();
      listening = null;
    } finally {
      opening.unlock();
    }
  }

  // ---- turns and waits, on the threads of the stages

  /** Sees to it that scopes tell of turns and waits if, and only if, a recording wants them. Any thread. */
  private void probe() {
    boolean isWanted = FlightProbe.isWanted();
    for (Observed scope : scopes) {
      if (isWanted) probed.computeIfAbsent(scope, each -> each.probe(new FlightProbe(each.path())));
      if (!scopes.contains(scope)) probed.remove(scope);   // it has closed meanwhile
      Registration probe = isWanted ? null : probed.remove(scope);
      if (probe != null) probe.close();
    }
  }

  // ---- what lanes and stages stand at; on the recorder's thread, once in its period

  private void look() {
    probe();   // a recording that is running already may have changed its mind
    for (Observed scope : scopes) {
      watched.computeIfAbsent(scope, Observed::watch);
      TreeSnapshot now = scope.tree();
      TreeSnapshot before = seen.put(scope, now);
      if (!scopes.contains(scope)) {   // it has closed meanwhile
        seen.remove(scope);
        watched.remove(scope);
      }
      Written.tell(now, before == null ? TreeRates.NONE : TreeRates.between(before, now));
    }
  }
}
