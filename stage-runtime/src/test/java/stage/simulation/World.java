package stage.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import stage.api.DeadLetter;
import stage.api.StageRef;
import stage.api.StopReason;
import stage.api.observe.StageEvent;
import stage.api.supervision.SupervisionSnapshot;
import stage.runtime.engine.Cell;
import stage.runtime.engine.Peek;
import stage.runtime.simulation.Choices;
import stage.runtime.time.Activity;
import stage.runtime.time.Faults;
import stage.runtime.time.Latch;
import stage.runtime.time.StepMachine;
import stage.runtime.simulation.SimulatedDriver;
import stage.runtime.simulation.SimulatedTime;

/** What happens in one run: the harm that is done, and what is seen. */
final class World implements Faults {
  /** Thrown where harm is done. */
  static final class Injected extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Injected(String where) {
      super(where, null, false, false);
    }
  }

  final Plan plan;
  private final boolean hasBridges;
  final Choices choices;
  final SimulatedTime time;
  final Map<String, StageRef<?>> refs = new LinkedHashMap<>();
  final Map<String, Plan.Node> nodes = new HashMap<>();        // by path
  final Map<String, Integer> poisonings = new HashMap<>();     // how often an event has harmed a node
  final Set<String> hanging = new LinkedHashSet<>();           // the names of the nodes that do
  private final Map<Cell<?>, Watched> watched = new IdentityHashMap<>();
  private Watched last;                                        // of those, the one that was stepped last
  final Map<String, Cell<?>> cells = new LinkedHashMap<>();    // by path; the newest
  final Set<Peek.Ledger> ledgers = new LinkedHashSet<>();
  // how many events a stage holds back, or has lost with a fresh state, by path
  final Map<String, Integer> held = new HashMap<>();
  final Map<String, Log> logs = new HashMap<>();               // committed, by path of the sink
  final Map<String, List<Log>> lostLogs = new HashMap<>();     // those before a fresh state
  final Map<String, List<NumberedEvent>> taskLogs = new HashMap<>();   // raw, by path
  // how many events the tasks of a node have worked on without a failure
  final Map<Integer, Integer> worked = new HashMap<>();
  private final Map<String, List<NumberedEvent>> handled = new HashMap<>();   // after the run, by path
  final List<DeadLetter> letters = new ArrayList<>();
  final List<StageEvent> happened = new ArrayList<>();
  final List<Long> happenedNanos = new ArrayList<>();
  final Map<Integer, Integer> accepted = new HashMap<>();      // how many events were handed in, by source
  final Set<String> marks = new LinkedHashSet<>();
  // null with nested supervisors, where it is another one's children that crash
  final GroupOrder groups;
  // what a broadcast had emitted before a latecomer joined it, by path of that one
  final Map<String, Long> lateSince = new HashMap<>();
  final List<Thread> outsiders = new ArrayList<>();            // who must get an answer whatever they ask
  private final List<Idler> idlers = new ArrayList<>();
  private long firstIdler = Long.MAX_VALUE;                    // the step at which one of them goes on
  private long quietUntilNanos;
  private final List<Latch> hangs = new ArrayList<>();
  int crashesLeft;
  int actors;   // who do chaos and have not finished
  int injected;
  boolean isHealed;
  boolean isClosed;
  private boolean isEnding;   // somebody is about to close, drain or stop the scope
  // how much a stage had handled when it crashed last, by path
  private final Map<String, Long> handledAtCrash = new HashMap<>();
  boolean isDrained;      // the scope was told to stop before all was done
  int started;            // incarnations whose onStart has returned
  int stopped;            // and whose onStop has begun
  boolean leavesStragglers;
  boolean isDisturbed;    // somebody stopped, killed or cancelled something, so that not all events get to an end
  boolean isStuck;        // somebody stopped something, so that others may wait forever
  long hash;
  SupervisionSnapshot supervision;   // after the close
  boolean traced;
  String problem;         // the first that was seen in the middle of a step

  World(Plan plan, Choices choices) {
    this.plan = plan;
    this.hasBridges = plan.hasBridges();
    this.groups =
        plan.nested() ? null : new GroupOrder(plan.strategy(), what -> problem = problem == null ? what : problem);
    this.choices = choices;
    this.crashesLeft = plan.faults().crashes();
    this.time = new SimulatedTime(choices, this, plan.options());
    time.afterStep(this::afterStep);
  }

  void mark(String name) {
    marks.add(name);
  }

  // ---- harm

  @Override
  public void before(StepMachine machine, Activity what) {
    if (what == Activity.ON_STOP) stops(machine);
    else if (what == Activity.FACTORY && groups != null) begins(Peek.cell(machine));
    // I12
    if (isClosed && !marks.contains("abandoned"))
      problem = machine.threadName() + " runs " + what + " after its scope was closed";
    if (what == Activity.FACTORY && Peek.isStartedInVain(machine))
      problem = machine.threadName() + " was told to end, has nothing to do, and is started anew";
    if (plan.faults().before() && mayFail(machine, what)) crash("before ", what.text());
  }

  @Override
  public void after(StepMachine machine, Activity what) {
    Cell<?> cell = Peek.cell(machine);
    // I6
    if (cell != null && !Peek.isCurrent(cell))
      problem = cell.path() + " has come back from " + what + " on a thread that was replaced, and was not refused";
    if (plan.faults().after() && mayFail(machine, what)) crash("after ", what.text());
    if (what == Activity.ON_START) started++;
  }

  private void stops(StepMachine machine) {
    stopped++;
    Cell<?> cell = Peek.cell(machine);
    if (groups != null && Peek.phase(cell) == Peek.HELD) groups.stopsForGroup(cell.path());
  }

  private void begins(Cell<?> cell) {
    if (Peek.isDrained(cell)) groups.over();   // who has something in hand begins again for that, in no order
    groups.begins(cell.path());
  }

  private boolean mayFail(StepMachine machine, Activity what) {
    if (hasBridges && !hasUserCode(machine)) return false;
    return switch (what) {
      case ON_START, FACTORY -> plan.faults().onStart() && refs.size() == nodes.size();   // not the first start
      case ON_STOP -> plan.faults().onStop();
      case TASKS -> false;   // that is the engine's own
      case ON_INPUT_END -> operates(machine);   // others do nothing there
      default -> true;
    };
  }

  private boolean operates(StepMachine machine) {
    Cell<?> cell = Peek.cell(machine);
    Plan.Node node = cell == null ? null : nodes.get(cell.path());
    return node != null && node.operates();
  }

  /**
   * {@return whether a stage gets all events of a producer, which no other stage gets or gives back, and whose progress
   * counts them: a stage with tasks passes on the progress of its input instead}
   */
  boolean isOnlyConsumer(Plan.Node node, String producer) {
    Plan.Node above = nodes.get(producer);
    return above != null && node.index() != Models.LATECOMER && plan.consumersOf(above) == 1
        && above.dispatch() != Plan.Dispatching.PARTITION && above.kind() != Plan.Kind.MIDDLE_TASKS
        && !(plan.faults().chaos() > 0 && (plan.faults().latecomers() || plan.faults().cancels()));
  }

  /**
   * {@return whether it is no end of a bridge} Those are the engine's own, and harm is done by what is foreign to them.
   */
  private boolean hasUserCode(StepMachine machine) {
    Cell<?> cell = Peek.cell(machine);
    if (cell == null) return true;
    Plan.Node node = nodes.get(cell.path());
    return node != null && node.kind() != Plan.Kind.PUBLISHED;
  }

  /** Somewhere in user code. */
  void within(Plan.Node node, String what) throws InterruptedException {
    if (plan.faults().within()) crash("within ", what);
    mayHang(node);
  }

  private void mayHang(Plan.Node node) throws InterruptedException {
    if (plan.faults().hangs() && !isHealed && choices.next(40) == 1) hang(node.name());
  }

  /** In the onStart of a stage that joins while others run. */
  void hangAtStart(Plan.Node node) throws InterruptedException {
    try {
      for (int i = 0; i < 8; i++) mayHang(node);
    } catch (InterruptedException cancelled) {
      started--;   // for it does not return
      throw cancelled;
    }
  }

  private void crash(String when, String what) {
    if (crashesLeft == 0 || isHealed || choices.next(8) != 1) return;
    // or all are within one period of the intensity
    if (plan.slow() && time.nanos() < quietUntilNanos && choices.next(4) != 1) return;
    quietUntilNanos = time.nanos() + 5_500_000_000L;
    crashesLeft--;
    injected++;
    throw new Injected(when + what);
  }

  private void hang(String name) throws InterruptedException {
    Latch gate = time.latch();
    hangs.add(gate);
    hanging.add(name);
    StageRef<?> ref = refs.get(name);
    if (plan.faults().kills() && ref != null && choices.next(2) == 1) {
      mark("killed");
      isDisturbed = true;
      time.at(time.nanos(), ref::kill);
    }
    int patience = choices.next(4);
    // the grace of the scope is in between
    if (patience > 0) time.at(time.nanos() + patience * 70_000_000L, gate::open);
    boolean obeys = choices.next(2) == 0;
    while (!gate.isOpen()) {
      try {
        gate.await();
      } catch (InterruptedException e) {
        if (obeys) {
          hanging.remove(name);
          throw e;
        }
        mark("ignored an interrupt");
      }
    }
    hanging.remove(name);
  }

  /** Somebody who lets others make that many steps before it goes on. */
  private record Idler(long untilStep, Latch gate) {}

  /** Lets others go on for a while, or until nobody can. */
  void idle(int steps) throws InterruptedException {
    if (steps == 0) return;
    var idler = new Idler(time.steps() + steps, time.latch());
    idlers.add(idler);
    firstIdler = Math.min(firstIdler, idler.untilStep);
    idler.gate.await(1);   // no time goes by as long as anybody can go on
  }

  private void wakeIdlers() {
    firstIdler = Long.MAX_VALUE;
    for (Iterator<Idler> all = idlers.iterator(); all.hasNext();) {
      Idler idler = all.next();
      if (idler.untilStep <= time.steps()) {
        all.remove();
        idler.gate.open();
      } else {
        firstIdler = Math.min(firstIdler, idler.untilStep);
      }
    }
  }

  /** No more harm from here on. */
  void heal() {
    isHealed = true;
    hangs.forEach(Latch::open);
  }

  // ---- what is seen

  void on(StageEvent event) {
    if (traced) System.out.println("                        " + event);
    happened.add(event);
    happenedNanos.add(time.nanos());
    switch (event) {
      case StageEvent.Abandoned abandoned -> mark("abandoned");
      case StageEvent.GaveUp gaveUp -> {
        mark("gave up");
        if (groups != null) groups.over();
      }
      case StageEvent.DeadLettered deadLettered -> mark(isEnding ? "dead letter at the end" : "dead letter");
      case StageEvent.Crashed crashed -> markCrash(crashed);
      case StageEvent.Restarted restarted -> {
        mark("restarted");
        if (groups != null) groups.restarted(restarted.path());
        Cell<?> cell = cells.get(restarted.path());
        if (cell != null && Peek.isWithoutDemand(cell)) mark("restarted without demand");
      }
      case StageEvent.Started started -> {}
      case StageEvent.Stalled stalled -> throw new AssertionError("no time passes in user code: " + stalled);
      case StageEvent.Dropped dropped -> mark("dropped");
      case StageEvent.Ended ended -> {
        lookForTheLastTime(cells.get(ended.path()), ended.reason() instanceof StopReason.Completed);
        mark("ended: " + ended.reason().getClass().getSimpleName());
        if (groups != null && ended.reason().isFailure()) groups.over();   // the scope drains, unless it is contained
      }
    }
  }

  /** A cell that has ended keeps no states: what it committed in the same step is seen now or never. */
  private void lookForTheLastTime(Cell<?> cell, boolean hasCompleted) {
    Watched known = cell == null ? null : watched.get(cell);
    if (known == null) return;
    try {
      known.books.lookForTheLastTime(hasCompleted);
      if (known.isSink) look(known);
    } catch (AssertionError wrong) {
      problem = wrong.getMessage();   // a listener that throws stops nobody
    }
  }

  private void markCrash(StageEvent.Crashed crashed) {
    mark("crashed in " + crashed.during());
    if (groups != null) {
      groups.crashed(crashed.path());
      for (Cell<?> other : cells.values()) if (Peek.shouldBeHeld(other)) groups.isAsked(other.path());
    }
    if (isEnding) mark("crashed at the end");
    boolean isWithinGroup = cells.values().stream().anyMatch(other -> Peek.phase(other) == Peek.HELD);
    if (isWithinGroup) mark("crashed while another was held");
    boolean isInStart = crashed.during().equals("onStart") || crashed.during().equals("the factory");
    if (isWithinGroup && isInStart) mark("a group restart began anew");
    Cell<?> cell = cells.get(crashed.path());
    if (cell == null) return;
    long handled = Peek.handled(cell);
    Long before = handledAtCrash.put(crashed.path(), handled);
    if (before != null && before == handled && handled > 0) mark("crashed again on the same events");
    if (Peek.isFull(cell)) mark("crashed with all that it may hold");
  }

  /** The scope is about to be closed, drained or stopped. */
  void end() {
    isEnding = true;
    if (groups != null) groups.over();
    for (StageRef<?> ref : refs.values()) {
      switch (ref.snapshot().status()) {
        case BACKING_OFF -> mark("the end while backing off");
        case HELD -> mark("the end while held");
        case PAUSED -> mark("the end while paused");
        case STARTING -> mark("the end while starting anew");
        case RUNNING, DRAINING, ENDED -> {}
      }
    }
  }

  private void afterStep(SimulatedDriver driver) {
    if (time.steps() >= firstIdler) wakeIdlers();
    Cell<?> cell = Peek.cell(driver.machine());
    if (problem != null) throw new AssertionError(problem);
    if (cell == null) {
      hash = 31 * hash + 1;   // there is but one that is no stage, the thread of the dead-letter handlers
      return;
    }
    Watched known = last;
    if (known == null || known.cell != cell) known = watch(cell);
    hash = 31 * (31 * (31 * hash + known.pathHash) + Peek.incarnation(cell)) + Peek.phase(cell);
    if (driver.hasOnlyParked()) return;
    known.books.look();
    if (known.isSink) look(known);
  }

  /** What is known of a stage from step to step. */
  private record Watched(Cell<?> cell, Books books, int pathHash, boolean isSink) {}

  private Watched watch(Cell<?> cell) {
    last = watched.get(cell);
    if (last == null) {
      Plan.Node node = nodes.get(cell.path());
      // the ends of bridges are numbered on from run to run
      last = new Watched(cell, new Books(cell, plan, node, ledgers, held), node == null ? 0 : cell.path().hashCode(),
          node != null && node.kind() == Plan.Kind.SINK);
      watched.put(cell, last);
      cells.put(cell.path(), cell);
    }
    return last;
  }

  /** Remembers the subscriptions of a stage that has just been started or subscribed, before anybody can have left. */
  void note(StageRef<?> ref) {
    ledgers.addAll(Peek.lanes(Peek.cell(ref)));
  }

  private void look(Watched sink) {
    Log now = sink.books.newLog();
    if (now == null) return;
    Log before = logs.put(sink.cell.path(), now);
    if (before != null && now.size() < before.size())
      lostLogs.computeIfAbsent(sink.cell.path(), path -> new ArrayList<>()).add(before);
  }

  /** {@return all that a sink has handled, the oldest first} Once the run is over. */
  List<NumberedEvent> handledBy(String path) {
    return handled.computeIfAbsent(path, this::allHandledBy);
  }

  private List<NumberedEvent> allHandledBy(String path) {
    List<NumberedEvent> all = new ArrayList<>();
    for (Log lost : lostLogs.getOrDefault(path, List.of())) all.addAll(lost.events());
    if (logs.containsKey(path)) all.addAll(logs.get(path).events());
    all.addAll(taskLogs.getOrDefault(path, List.of()));
    return all;
  }

  static final Duration FOREVER = Duration.ofDays(1);

  /** When all harm has an end, whoever may still wait for what hangs. */
  static final long HEALING_NANOS = 60_000_000_000L;
}
