package stage.runtime.engine;

import stage.api.ConsumerAware;
import stage.api.Stage;
import stage.api.StageFactory;
import stage.api.internal.Described;
import stage.runtime.bridge.DemandLimit;
import stage.runtime.time.Activity;

/**
 * Makes a behaviour of a cell: runs the factory, checks what it made, and runs its {@code onStart}. One for each start,
 * and forgotten when that was good. The cell's thread only, but for what says otherwise.
 *
 * @param <S> the behaviour's type
 */
final class BehaviourMaker<S extends Stage.Behaviour> {
  /** A behaviour that has started, and the role that it plays. */
  record Made<S extends Stage.Behaviour>(S behaviour, Role role) {}

  private final Cell<S> cell;
  private S starting;                  // while its onStart runs; null otherwise
  private volatile StartLimit limit;   // while one starts; null without a limit
  private Activity during = Activity.ON_START;   // what the start is doing, or was when it failed

  BehaviourMaker(Cell<S> cell) {
    this.cell = cell;
  }

  private CellParts parts() {
    return cell.incarnations().parts();
  }

  /** {@return whether a behaviour is starting, and should have started by now} Any thread. */
  boolean isOverdue() {
    StartLimit there = limit;
    return there != null && there.isExpired();
  }

  /** {@return whether onStart is running} */
  boolean isInOnStart() {
    return starting != null;
  }

  /** {@return what the start that has failed was doing: running the factory, or onStart} */
  Activity during() {
    return during;
  }

  /**
   * Makes a behaviour and starts it.
   *
   * @param number of the incarnation
   * @throws Throwable what the factory or {@code onStart} threw; nothing is left of the behaviour then
   */
  Made<S> make(StageFactory<? extends S> factory, int number) throws Throwable {
    SubscriptionGraph graph = cell.graph();
    limit = StartLimit.begin(cell, cell.options().startTimeout(), graph.time(), graph.lock(), new Runnable() {
      @Override
      public void run() {
        cell.owner().services().overdue(cell);
      }
    });
    Role role = null;
    Throwable failure = null;
    try {
      role = start(factory, number);
    } catch (Handover.Refused refused) {
      throw refused;
    } catch (Throwable thrown) {
      failure = thrown;
    }
    if (limit != null) failure = limit.end(failure);
    limit = null;
    S fresh = starting;
    starting = null;
    if (failure == null) return new Made<>(fresh, role != null ? role : Roles.of(fresh, parts()));
    if (fresh != null) cell.graph().release(fresh);
    throw failure;
  }

  /** {@return the role; null for one that hands its events to threads of their own, which has none until it runs} */
  private Role start(StageFactory<? extends S> factory, int number) throws Exception {
    S fresh = created(factory);
    Contract.ensureOf(fresh, parts(), cell);
    if (number == 1) cell.incarnations().gated(fresh instanceof DemandLimit);
    ensureFits(fresh);
    cell.incarnations().warnIfNotNew(fresh);
    if (!cell.graph().claim(fresh)) {
      throw new IllegalStateException(
          "the factory of stage " + cell.path() + " returned a behaviour that is in use already, a "
          + fresh.getClass().getName() + "; it must make a new one each time");
    }
    starting = fresh;
    // The role of one that hands its events to threads of their own decides at once how they are handled; if it failed
    // to start, that would stay so.
    Role role = Roles.hasTasks(fresh) ? null : Roles.of(fresh, parts());
    during = Activity.ON_START;
    cell.incarnations().handover().enter(Activity.ON_START);
    try {
      fresh.onStart(new CellContext(cell, number, role == null ? null : role.outlet()));
      cell.incarnations().memory().asksForMore(role != null && role.asksForMore());
    } finally {
      cell.incarnations().handover().leave(Activity.ON_START);
    }
    return role;
  }

  private S created(StageFactory<? extends S> factory) throws Exception {
    S fresh;
    during = Activity.FACTORY;
    cell.incarnations().handover().enter(Activity.FACTORY);
    try {
      fresh = factory.create();
    } finally {
      cell.incarnations().handover().leaveUncounted();
    }
    if (Roles.describesBridge(fresh)) fresh = bridge(fresh);
    if (fresh == null) throw new IllegalStateException(
        "the factory of stage " + cell.path() + " returned null; it must make a new behaviour");
    return fresh;
  }

  @SuppressWarnings("unchecked")   // the spec of a bridge names the contract, not the class
  private S bridge(S described) {
    return (S) Bridges.find().behaviourOf(((Described) described).description());
  }

  private void ensureFits(S fresh) {
    if (cell.isGated() && !(fresh instanceof DemandLimit)) {
      throw new IllegalStateException(
          "stage " + cell.path() + " hands its events to a subscriber, whose requests are all that is asked for; a "
          + fresh.getClass().getName() + " would never get an event");
    }
    if (cell.isGenerator() && fresh instanceof ConsumerAware<?>) {
      throw new IllegalStateException("stage " + cell.path()
          + " is a generator, which cannot be told of its consumers; " + fresh.getClass().getName()
          + " implements ConsumerAware, so make it a Stage.Producer");
    }
  }

  /** Forgets the behaviour that was starting: its thread was replaced, or the heap is full. Needs no memory. */
  void drop() {
    limit = null;
    if (starting != null) cell.graph().release(starting);
    starting = null;
  }
}
