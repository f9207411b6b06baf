package stage.runtime.supervision;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import stage.api.Restart;
import stage.api.StageRef;
import stage.api.supervision.ChildCounts;
import stage.api.supervision.ChildSnapshot;
import stage.api.supervision.ScopeMisuseException;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Strategy;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.engine.Cell;
import stage.runtime.time.Latch;

/**
 * The children of one supervisor, in start order, and how many stages are alive below it. Guarded by the
 * tree's lock.
 */
final class Children {
  private final SupervisorCell supervisor;
  private final ScopeContext context;
  // in start order; a name is taken from before the start on
  private final SequencedMap<String, Child> byName = new LinkedHashMap<>();
  private final Set<Cell<?>> companions = new LinkedHashSet<>();     // alive, and no children; see BridgeOwner
  private int ended;    // how many of byName have
  private int alive;    // stages of this supervisor and those below it
  private Latch idle;    // open while there is none
  private Latch quiet;   // open while there is none but those that take dead letters

  Children(SupervisorCell supervisor) {
    this.supervisor = supervisor;
    this.context = supervisor.shared();
    this.idle = latch();
    this.quiet = latch();
    idle.open();
    quiet.open();
  }

  private Latch latch() {
    return context.graph().time().latch("the end of all stages of", supervisor.path());
  }

  private Children above() {
    return supervisor.parent() == null ? null : supervisor.parent().members();
  }

  List<Child> all() {
    return List.copyOf(byName.values());
  }

  /** {@return the handles to the stages that are alive, by their names, in start order} */
  Map<String, StageRef<?>> refs() {
    Map<String, StageRef<?>> refs = new LinkedHashMap<>();
    for (Child child : byName.values())
      if (child instanceof Child.OfStage stage && stage.cell() != null) refs.put(child.name(), stage.cell().ref());
    return refs;
  }

  Child named(String name) {
    return byName.get(name);
  }

  Child.OfStage of(Cell<?> cell) {
    return byName.get(cell.name()) instanceof Child.OfStage child && child.cell() == cell ? child : null;
  }

  int alive() {
    return alive;
  }

  Latch idle() {
    return idle;
  }

  Latch quiet() {
    return quiet;
  }

  List<ChildSnapshot> snapshots() {
    List<ChildSnapshot> all = new ArrayList<>(byName.size());
    for (Child child : byName.values())
      all.add(new ChildSnapshot(child.name(), child.isSupervisor(), child.restart(), child.status()));
    return List.copyOf(all);
  }

  ChildCounts counts() {
    int active = 0;
    int supervisors = 0;
    for (Child child : byName.values()) {
      if (child.status() == ChildSnapshot.Status.RUNNING) active++;
      if (child.isSupervisor()) supervisors++;
    }
    return new ChildCounts(byName.size(), active, supervisors, byName.size() - supervisors);
  }

  /** Starts a child again, under the name of one that has ended. */
  void readmit(Child stopped, Child again) {
    ensureStopped(stopped, "restarted");
    if (supervisor.shutdown().hasBegun()) throw closing("child \"" + again.name() + "\" cannot be restarted in it");
    ensureRoom(again.name());
    byName.replace(again.name(), again);
    ended--;
    if (again instanceof Child.OfStage stage) born(stage);
  }

  /** A supervisor has ended and stays known, so that it can be started again. Under the lock. */
  void retire(Child.OfSupervisor child) {
    if (byName.replace(child.name(), child, child.stopped())) ended++;
  }

  void delete(Child child) {
    ensureStopped(child, "deleted");
    remove(child);
  }

  void remove(Child child) {
    if (byName.remove(child.name(), child) && child.isStopped()) ended--;
  }

  /** Under the lock. */
  void admit(Child child, String what) {
    if (supervisor.shutdown().isClosed()) throw new ScopeMisuseException(
        supervisor + " is closed; " + what + " \"" + child.name() + "\" cannot be started in it");
    if (supervisor.shutdown().hasBegun()) {
      throw closing(what + " \"" + child.name() + "\" cannot be started in it");
    }
    Child before = byName.get(child.name());
    if (before != null && before.isStopped()) {
      throw new ScopeMisuseException(
          what + " name \"" + child.name() + "\" is taken in " + supervisor + " by a child that has ended; restartChild(\""
          + child.name() + "\") starts that one again, deleteChild(\"" + child.name() + "\") frees the name");
    }
    if (before != null) {
      throw new ScopeMisuseException(what + " name \"" + child.name() + "\" is taken in " + supervisor
          + "; names must differ while both are alive");
    }
    ensureRoom(child.name());
    if (child.isSupervisor()) ensureNotTooDeep(child.name());
    byName.put(child.name(), child);
    if (child instanceof Child.OfStage stage) born(stage);
  }

  void ensureRoom(String name) {
    SupervisorSpec spec = supervisor.spec();
    if (byName.size() - ended < spec.maxChildren()) return;
    boolean isByDefault = spec.strategy() == Strategy.DYNAMIC && spec.options().maxChildren().isEmpty();
    throw new ScopeMisuseException(supervisor + " may have " + spec.maxChildren() + " children at most (maxChildren"
        + (isByDefault ? ", the default of a dynamic supervisor" : "") + ") and has that many already; \"" + name
        + "\" cannot be started; withMaxChildren(n) of its spec allows more");
  }

  private void ensureNotTooDeep(String name) {
    int most = supervisor.root().spec().options().maxDepth();
    if (supervisor.depth() >= most) {
      throw new ScopeMisuseException("supervisor \"" + name + "\" cannot be started in scope "
          + supervisor.root().path() + ", where supervisors may be nested " + most + " deep (maxDepth), since it"
          + " would be at depth " + (supervisor.depth() + 1) + "; withMaxDepth(n) of the scope's spec allows more");
    }
  }

  void born(Child.OfStage child) {
    countOneMore();
  }

  private void countOneMore() {
    for (Children above = this; above != null; above = above.above()) {
      if (above.alive++ == 0) above.idle = above.latch();
      if (above.quiet.isOpen()) above.quiet = above.latch();
    }
  }

  /** Under the lock: its cell is no more. */
  void forget(Child.OfStage child) {
    if (child.cell() == null) return;   // it was told of already
    child.ended();
    if (byName.get(child.name()) == child) ended++;
    countOneLess();
  }

  /** A child has ended: its name is free if it cannot be started again. */
  void forgetEnded(Child.OfStage child) {
    boolean isForgotten = supervisor.spec().strategy() == Strategy.DYNAMIC || child.restart() == Restart.TEMPORARY
        || supervisor.isDraining();
    if (isForgotten || child.leavesNoTrace()) remove(child);
  }

  /**
   * A child could not be started, and is removed. If it may not have ended yet, it stays a child until it has.
   */
  void dropOnceEnded(Child.OfStage child) {
    if (child.cell() == null) remove(child);
    else child.leaveNoTrace();
  }

  private void countOneLess() {
    for (Children above = this; above != null; above = above.above()) {
      if (--above.alive == 0) above.idle.open();
    }
    lookWhetherQuiet();
  }

  /** {@return the exception to throw while it closes} It names the failure behind the close, if there is one. */
  private ScopeMisuseException closing(String what) {
    StageFailedException failed = null;
    for (SupervisorCell at = supervisor; at != null && failed == null; at = at.parent())
      failed = at.shutdown().reason();
    String because = failed == null ? "" : ", because " + failed.getMessage();
    return new ScopeMisuseException(supervisor + " is closing" + because + "; " + what,
        failed == null ? null : failed.getCause());
  }

  /** Takes in a cell that serves a child. */
  void admitCompanion(Cell<?> cell) {
    if (supervisor.shutdown().isClosed())
      throw new ScopeMisuseException(supervisor + " is closed; " + cell.path() + " cannot be started in it");
    if (supervisor.isDraining())
      throw closing(cell.path() + " cannot be started in it");
    companions.add(cell);
    countOneMore();
  }

  void forgetCompanion(Cell<?> cell) {
    if (companions.remove(cell)) countOneLess();
  }

  private boolean has(Cell<?> cell) {
    return of(cell) != null || companions.contains(cell);
  }

  /** Stages that only take dead letters do not keep {@code join} waiting, and end last. Under the lock. */
  void lookWhetherQuiet() {
    Set<Cell<?>> takers = supervisor.deadLetterProducer().takers();
    for (Children above = this; above != null; above = above.above()) {
      if (above.alive > above.countOf(takers)) return;
      above.quiet.open();
      if (above.above() == null && above.supervisor.shutdown().hasBegun()) supervisor.deadLetterProducer().close();
    }
  }

  /** {@return how many of these cells are alive, and of this supervisor or one below it} */
  int countOf(Set<Cell<?>> cells) {
    int count = 0;
    for (Cell<?> cell : cells) {
      if (BridgeOwner.supervisorOf(cell.owner().supervision()) instanceof SupervisorCell owner
          && owner.isBelow(supervisor) && owner.members().has(cell))
        count++;
    }
    return count;
  }

  Child known(String name) {
    Child child = byName.get(name);
    if (child != null) return child;
    throw new ScopeMisuseException(
        "no child \"" + name + "\" in " + supervisor + "; there are: " + String.join(", ", byName.keySet()));
  }

  void ensureStopped(Child child, String what) {
    if (byName.get(child.name()) != child)
      throw new ScopeMisuseException("no child \"" + child.name() + "\" in " + supervisor + " any more");
    if (!child.isStopped()) throw notStopped(child, what);
  }

  ScopeMisuseException notStopped(Child child, String what) {
    return new ScopeMisuseException(
        "child \"" + child.name() + "\" of " + supervisor + " cannot be " + what + ", because it is "
        + child.status().name().toLowerCase(Locale.ROOT) + "; stop it first");
  }

  // Trees may be deep, and a stage that crashes may have little stack left: so they are walked without recursion.

  /** Adds those stages of a child that can be restarted together with others, in start order. */
  static void stagesOf(Child child, List<Child.OfStage> all) {
    var ahead = new ArrayDeque<Child>();
    ahead.push(child);
    while (!ahead.isEmpty()) {
      Child next = ahead.pop();
      if (next instanceof Child.OfStage stage) {
        if (stage.cell() != null && !stage.isStarting() && !stage.isStopping()) all.add(stage);
      } else if (next instanceof Child.OfSupervisor below) {
        for (Child each : below.supervisor().members().byName.sequencedValues().reversed()) ahead.push(each);
      }
    }
  }

  /** {@return the supervisors below this one, each before those below it} */
  List<SupervisorCell> supervisorsBelow() {
    List<SupervisorCell> all = new ArrayList<>();
    addSupervisors(all);
    for (int i = 0; i < all.size(); i++) all.get(i).members().addSupervisors(all);   // which grows meanwhile
    return all;
  }

  private void addSupervisors(List<SupervisorCell> all) {
    for (Child child : byName.values()) if (child instanceof Child.OfSupervisor below) all.add(below.supervisor());
  }

  /** {@return those of this supervisor and all below it: of each, its stages before its companions} */
  List<Cell<?>> cells() {
    List<Cell<?>> cells = new ArrayList<>();
    var ahead = new ArrayDeque<Object>();   // children, and cells of companions
    pushAll(ahead);
    while (!ahead.isEmpty()) {
      Object next = ahead.pop();
      if (next instanceof Child.OfStage stage && stage.cell() != null) cells.add(stage.cell());
      else if (next instanceof Child.OfSupervisor below) below.supervisor().members().pushAll(ahead);
      else if (next instanceof Cell<?> companion) cells.add(companion);
    }
    return cells;
  }

  private void pushAll(ArrayDeque<Object> ahead) {
    if (!companions.isEmpty()) for (Cell<?> cell : new ArrayList<>(companions).reversed()) ahead.push(cell);
    for (Child child : byName.sequencedValues().reversed()) ahead.push(child);
  }

  List<Cell<?>> cellsAlive() {
    context.lock();
    try {
      return cells();
    } finally {
      context.unlock();
    }
  }
}
