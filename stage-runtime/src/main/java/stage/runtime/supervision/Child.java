package stage.runtime.supervision;

import java.lang.ref.WeakReference;
import stage.api.Restart;
import stage.api.Stage;
import stage.api.StageSpec;
import stage.api.supervision.ChildSnapshot;
import stage.api.supervision.SupervisorInit;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.engine.Cell;

/** What a supervisor knows of a child. Guarded by the tree's lock. */
sealed interface Child {
  String name();

  Restart restart();

  boolean isSignificant();

  boolean isSupervisor();

  ChildSnapshot.Status status();

  /** {@return the name of the thread that started it} */
  String startedOn();

  default boolean isStopped() {
    return status() == ChildSnapshot.Status.STOPPED;
  }

  /** Where a stage stands between two incarnations, if its supervisor has part in it. */
  enum Hold {
    /** It has none. */
    NONE,
    /** It has no incarnation, and waits to be released. */
    HELD,
    /** It was released, and its incarnation has not started yet. */
    RELEASED
  }

  /** A stage; its spec is kept when it has ended, so that it can be started again. */
  final class OfStage implements Child {
    private final StageSpec<? extends Stage.Behaviour> spec;
    private final String startedOn;
    private Cell<?> cell;       // null once it has ended
    private boolean stopping;   // its supervisor was asked to stop it, so its end is not of its own making
    private FailureStreak streak;   // null until it has failed: of many, few ever do
    private final boolean again;   // whether it was started before, under the name that it has kept
    private boolean noTrace;       // whether its name is free once it has ended
    private WeakReference<Object> lastBehaviour;   // null until it has ended, or if it never had one
    private Hold hold = Hold.NONE;
    private CrashInHand crash;   // null but while it is told

    <S extends Stage.Behaviour> OfStage(StageSpec<S> spec, Cell<S> cell, String startedOn, boolean again) {
      this.spec = spec;
      this.startedOn = startedOn;
      this.cell = cell;
      this.again = again;
    }

    StageSpec<? extends Stage.Behaviour> spec() {
      return spec;
    }

    Cell<?> cell() {
      return cell;
    }

    /** {@return whether it is starting for the first time} Once it is not, it never is again. */
    boolean isStarting() {
      return cell != null && !cell.hasStarted();
    }

    void ended() {
      if (cell.hasFailedToStart() && !again) noTrace = true;
      lastBehaviour = cell.lastBehaviour();
      cell = null;
      crash = null;
      hold = Hold.NONE;
    }

    /** {@return its last behaviour, for a warning if another start gets it again; null if it had none} */
    WeakReference<Object> lastBehaviour() {
      return lastBehaviour;
    }

    void stopping() {
      stopping = true;
    }

    boolean isStopping() {
      return stopping;
    }

    void leaveNoTrace() {
      noTrace = true;
    }

    boolean leavesNoTrace() {
      return noTrace;
    }

    @Override
    public String startedOn() {
      return startedOn;
    }

    FailureStreak streak() {
      if (streak == null) streak = new FailureStreak();
      return streak;
    }

    void forgetStreak() {
      if (streak != null) streak.forget();
    }

    CrashInHand crash() {
      return crash;
    }

    void crash(CrashInHand crash) {
      this.crash = crash;
    }

    void hold(Hold hold) {
      this.hold = hold;
    }

    Hold hold() {
      return hold;
    }

    @Override
    public String name() {
      return spec.name();
    }

    @Override
    public Restart restart() {
      return spec.options().restart();
    }

    @Override
    public boolean isSignificant() {
      return spec.options().significant();
    }

    @Override
    public boolean isSupervisor() {
      return false;
    }

    @Override
    public ChildSnapshot.Status status() {
      if (cell == null) return ChildSnapshot.Status.STOPPED;
      return switch (cell.status()) {
        case STARTING -> isStarting() ? ChildSnapshot.Status.RUNNING : ChildSnapshot.Status.RESTARTING;
        case BACKING_OFF, HELD -> ChildSnapshot.Status.RESTARTING;
      case RUNNING, PAUSED, DRAINING,
          ENDED -> hold == Hold.NONE ? ChildSnapshot.Status.RUNNING : ChildSnapshot.Status.RESTARTING;
      };
    }
  }

  /** A supervisor. When it has ended it is forgotten, or kept as an {@link OfStoppedSupervisor}. */
  record OfSupervisor(ChildSupervisor supervisor, SupervisorInit init, String startedOn) implements Child {
    @Override
    public String name() {
      return supervisor.spec().name();
    }

    @Override
    public Restart restart() {
      return supervisor.spec().restart();
    }

    @Override
    public boolean isSignificant() {
      return supervisor.spec().significant();
    }

    @Override
    public boolean isSupervisor() {
      return true;
    }

    @Override
    public ChildSnapshot.Status status() {
      return supervisor.isRestarting() ? ChildSnapshot.Status.RESTARTING : ChildSnapshot.Status.RUNNING;
    }

    /** {@return what is left of it once it has ended: enough to start it again} */
    OfStoppedSupervisor stopped() {
      return new OfStoppedSupervisor(supervisor.spec(), init, startedOn);
    }
  }

  /** A supervisor that was stopped by its parent, and that its parent can start again. */
  record OfStoppedSupervisor(SupervisorSpec spec, SupervisorInit init, String startedOn) implements Child {
    @Override
    public String name() {
      return spec.name();
    }

    @Override
    public Restart restart() {
      return spec.restart();
    }

    @Override
    public boolean isSignificant() {
      return spec.significant();
    }

    @Override
    public boolean isSupervisor() {
      return true;
    }

    @Override
    public ChildSnapshot.Status status() {
      return ChildSnapshot.Status.STOPPED;
    }
  }
}
