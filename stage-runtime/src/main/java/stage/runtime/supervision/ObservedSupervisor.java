package stage.runtime.supervision;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import stage.api.StageRef;
import stage.api.observe.Registration;
import stage.api.observe.StageListener;
import stage.api.observe.TreeSnapshot;
import stage.runtime.engine.Cell;
import stage.runtime.time.Probe;
import stage.runtime.time.Time;
import stage.runtime.time.WaitState;

/** See {@link Observed}. */
record ObservedSupervisor(SupervisorCell supervisor) implements Observed {
  /** What was registered with a supervisor's scope; it ends once. */
  private abstract static class Registered implements Registration {
    final ScopeContext scope;
    private final AtomicBoolean isOpen = new AtomicBoolean(true);

    Registered(SupervisorCell supervisor) {
      scope = supervisor.shared();
    }

    abstract void end();

    @Override
    public final void close() {
      if (isOpen.getAndSet(false)) end();
    }
  }

  @Override
  public String path() {
    return supervisor.path();
  }

  @Override
  public String deadLetters() {
    return supervisor.deadLetterProducer().path();
  }

  @Override
  public TreeSnapshot tree() {
    return supervisor.tree();
  }

  @Override
  public Registration watch() {
    supervisor.shared().watching().begin();
    return new Registered(supervisor) {
      @Override
      void end() {
        scope.watching().end();
      }
    };
  }

  @Override
  public Registration probe(Probe probe) {
    supervisor.shared().watching().probe(probe);
    Registration watch = watch();
    return new Registered(supervisor) {
      @Override
      void end() {
        scope.watching().probe(null);
        watch.close();
      }
    };
  }

  @Override
  public Registration listen(StageListener listener) {
    supervisor.shared().guests().listen(listener);
    return new Registered(supervisor) {
      @Override
      void end() {
        scope.guests().forget(listener);
      }
    };
  }

  @Override
  public Registration onClose(Runnable action) {
    supervisor.shared().guests().onClose(action);
    return new Registered(supervisor) {
      @Override
      void end() {
        scope.guests().forget(action);
      }
    };
  }

  @Override
  public Map<String, List<Thread>> threads() {
    Map<String, List<Thread>> threads = new LinkedHashMap<>();
    for (Cell<?> cell : supervisor.members().cellsAlive()) threads.put(cell.path(), cell.threads().all());
    return threads;
  }

  @Override
  public Stages stages() {
    List<Cell<?>> alive = supervisor.members().cellsAlive();
    Map<String, Cell<?>> cells = HashMap.newHashMap(alive.size());
    for (Cell<?> cell : alive) cells.put(cell.path(), cell);
    return new Stages() {
      @Override
      public List<Thread> threadsOf(String stage) {
        Cell<?> cell = cells.get(stage);
        return cell == null ? List.of() : cell.threads().all();
      }

      @Override
      public Thread.State stateOf(String stage) {
        Cell<?> cell = cells.get(stage);
        Thread own = cell == null ? null : cell.driver().thread();
        return own == null ? Thread.State.NEW : ObservedSupervisor.this.stateOf(own);
      }

      @Override
      public long latelyNanosOf(String stage) {
        Cell<?> cell = cells.get(stage);
        return cell == null ? 0 : cell.threads().latelyNanos();
      }

      @Override
      public Optional<Duration> untilRestartOf(String stage) {
        Cell<?> cell = cells.get(stage);
        WaitState awaiting = cell == null ? WaitState.Kind.DONE : cell.driver().awaiting();
        if (!(awaiting instanceof WaitState.Timer timer) || timer.what() != WaitState.Kind.BACKOFF)
          return Optional.empty();
        long left = timer.atNanos() - time().nanos();
        return left > 0 ? Optional.of(Duration.ofNanos(left)) : Optional.empty();
      }

      @Override
      public String lastProducerOf(String stage) {
        Cell<?> cell = cells.get(stage);
        String last = cell == null ? null : cell.lastProducer();
        return last == null ? "" : last;
      }

      @Override
      public String lastConsumerOf(String stage) {
        Cell<?> cell = cells.get(stage);
        String last = cell == null ? null : cell.lastConsumer();
        return last == null ? "" : last;
      }
    };
  }

  @Override
  public Optional<StageRef<?>> stage(long id) {
    for (Cell<?> cell : supervisor.members().cellsAlive()) if (cell.id() == id) return Optional.of(cell.ref());
    return Optional.empty();
  }

  @Override
  public Place placeOf(Thread thread) {
    return new Place(stateOf(thread), List.of(time().stackOf(thread)));
  }

  private Thread.State stateOf(Thread thread) {
    return time().passesInUserCode() ? thread.getState() : Thread.State.NEW;
  }

  @Override
  public Time time() {
    return supervisor.time();
  }

  // Written out: those that a record is given keep the types of its components softly reachable from the JDK, and with
  // them the class loader of an application that is gone.

  @Override
  public boolean equals(Object other) {
    return other instanceof ObservedSupervisor same && same.supervisor == supervisor;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(supervisor);
  }
}
