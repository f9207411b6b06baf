package stage.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import stage.api.CallFailedException;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageEndedException;
import stage.api.StageRef;
import stage.api.State;
import stage.api.SubscriptionSnapshot;
import stage.api.observe.StageEvent;
import stage.api.supervision.Intensity;
import stage.api.supervision.StragglersException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.engine.Cell;
import stage.runtime.engine.Peek;
import stage.runtime.supervision.Scopes;
import stage.runtime.time.Activity;
import stage.runtime.time.Faults;
import stage.runtime.time.Latch;
import stage.runtime.time.StepMachine;
import stage.runtime.simulation.RecordedChoices;
import stage.runtime.time.SeededTime;

/**
 * One run of the engine on the threads of production, in an order that is chosen: one or two sources, up to two stages
 * in line, one or two sinks; crashes, kills, pauses and messages on the way. Whatever happens, each event gets to one
 * sink, once and in order.
 */
public final class ThreadedRun implements Faults {
  /** What came of a run. */
  record Outcome(long hash, int[] choices, Throwable failure, long switches, Set<String> marks) {}

  private static final int CRASHES = 16;   // one border of user code in so many
  private static final int HANGS = 50;
  private static final long HANG_NANOS = 1_000_000_000;

  private final RecordedChoices choices;
  private final SeededTime time;
  private final int[] events;              // of each source
  private final boolean closes;
  private final boolean hangs;
  private int crashesLeft;
  private int actionsLeft;
  private final Map<String, StageRef<?>> refs = new LinkedHashMap<>();
  private final Set<Cell<?>> cells = new LinkedHashSet<>();
  private final Set<Peek.Ledger> ledgers = new LinkedHashSet<>();
  private final Map<String, Log> logs = new HashMap<>();   // committed, by path of the sink
  private final Set<String> marks = new LinkedHashSet<>();
  private boolean allHaveStarted;
  private boolean chaosHasEnded;

  private ThreadedRun(RecordedChoices choices) {
    this.choices = choices;
    boolean earlyTimers = choices.next(4) == 1;
    this.time = new SeededTime(choices, earlyTimers);
    this.events = new int[1 + choices.next(2)];
    for (int i = 0; i < events.length; i++) events[i] = choices.next(choices.next(4) == 1 ? 60 : 15);
    this.closes = !earlyTimers && choices.next(4) == 1;   // or its shutdown time may be over before it has begun
    this.crashesLeft = choices.next(2) == 0 ? 0 : choices.next(6);
    this.actionsLeft = choices.next(2) == 0 ? 0 : choices.next(6);
    this.hangs = actionsLeft > 0 && choices.next(3) == 1;
    time.faults(this);
    time.afterStep(this::look);
  }

  static Outcome run(RecordedChoices choices) {
    return run(choices, false);
  }

  static Outcome run(RecordedChoices choices, boolean traced) {
    var run = new ThreadedRun(choices);
    if (traced) run.time.trace(System.out::println);
    Throwable failure = null;
    try {
      run.time.run(run::body);
      run.check();
    } catch (Throwable thrown) {
      failure = thrown;
    }
    if (run.time.rests() > 0) run.marks.add("rested");
    return new Outcome(run.time.hash(), choices.made(), failure, run.time.switches(), run.marks);
  }

  // ---- the pipeline

  private void body() throws InterruptedException {
    SupervisorSpec spec = SupervisorSpec.of("app").withIntensity(Intensity.of(1000)).withMaxAbandoned(1000)
        .withGrace(Duration.ofMillis(100))
        .withShutdown(Duration.ofDays(1)).withListener(this::on);
    Supervisor app = Scopes.open(spec, time);
    try (app) {
      start(app);
      if (actionsLeft > 0) time.start("chaos", this::chaos);
      else chaosHasEnded = true;
      if (closes) for (int i = choices.next(300); i > 0; i--) time.mayPass("before it closes");
      else app.join();
      ledgers.forEach(ledger -> Oracle.ensureBalanced(ledger.read()));
    } catch (StragglersException zombies) {
      marks.add("stragglers");
    }
    require(app.report().cancelled().isEmpty(), "it took the whole shutdown time to close: " + app.report());
  }

  private void start(Supervisor app) {
    List<ProducerRef<Integer, ?>> above = new ArrayList<>();
    for (int i = 0; i < events.length; i++) {
      int index = i;
      String name = "source" + i;
      above.add(choices.next(2) == 0
          ? app.start(Stage.producer(name, () -> new Source(index)))
          : app.start(Stage.generator(name, () -> new Loop(index))));
      refs.put(name, above.getLast());
    }
    int middles = choices.next(3);
    for (int i = 0; i < middles; i++) {
      var spec = Stage.producerConsumer("middle" + i, Integer.class, Integer.class, () -> this::passOn)
          .withRedelivery(Redelivery.attempts(1000));
      for (ProducerRef<Integer, ?> producer : above) spec = spec.subscribeTo(producer, demand());
      above = List.of(app.start(spec));
      refs.put("middle" + i, above.getFirst());
    }
    int sinks = 1 + choices.next(2);
    for (int i = 0; i < sinks; i++) {
      var spec = Stage.consumer("sink" + i, () -> new Sink()).withRedelivery(Redelivery.attempts(1000));
      for (ProducerRef<Integer, ?> producer : above) spec = spec.subscribeTo(producer, demand());
      refs.put("sink" + i, app.start(spec));
    }
    for (StageRef<?> ref : refs.values()) ledgers.addAll(Peek.lanes(Peek.cell(ref)));
    allHaveStarted = true;
  }

  private Demand demand() {
    int most = choices.next(5) == 1 ? 40 : 1 + choices.next(6);   // so much that a consumer rests
    return Demand.max(most).min(choices.next(most));
  }

  private final class Source implements Stage.Producer<Integer> {
    private final int index;
    private StageContext context;
    private State<Integer> next;

    Source(int index) {
      this.index = index;
    }

    @Override
    public void onStart(StageContext context) {
      this.context = context;
      next = context.state("next", 0);
    }

    @Override
    public void onDemand(long demand, Outlet<Integer> out) {
      long count = Math.min(demand, choices.next(5));   // if none, it is not called again unless it is woken up
      for (long i = 0; i < count && next.value() < events[index]; i++) {
        out.emit(1000 * index + next.value());
        next.set(next.value() + 1);
        within();
      }
      if (next.value() == events[index] && closes) return;   // it waits until it is told to end
      if (next.value() == events[index]) out.complete();
      else if (count < demand) wakeUpSometime();
    }

    private void wakeUpSometime() {
      if (choices.next(4) != 1) context.wakeUp();
      else context.after(Duration.ofMillis(1), context::wakeUp);   // nobody else will
    }
  }

  private final class Loop implements Stage.Generator<Integer> {
    private final int index;
    private StageContext context;

    Loop(int index) {
      this.index = index;
    }

    @Override
    public void onStart(StageContext context) {
      this.context = context;
    }

    @Override
    public void generate(Outlet<Integer> out) throws InterruptedException {
      for (int i = (int) context.eventsEmitted(); i < events[index]; i++) {
        out.emit(1000 * index + i);
        within();
        mayCrash("between two events");
      }
    }
  }

  private void passOn(List<Integer> batch, Inlet<Integer> from, Outlet<Integer> out) {
    for (int event : batch) {
      out.emit(event);
      within();
    }
  }

  private final class Sink implements Stage.Consumer<Integer> {
    private State<Log> log;

    @Override
    public void onStart(StageContext context) {
      log = context.state("log", Log.empty());
    }

    @Override
    public void onEvents(List<Integer> batch, Inlet<Integer> from) {
      for (int event : batch) {
        log.set(log.value().with(new NumberedEvent(event / 1000, event % 1000)));
        within();
      }
    }
  }

  // ---- harm

  /**
   * Somewhere in user code, which others may get in between of; some of it hangs for a second, and whoever kills it
   * then has to abandon it.
   */
  private void within() {
    time.mayPass("in user code");
    if (!hangs || choices.next(HANGS) != 1) return;
    Latch gate = time.latch();
    time.at(time.nanos() + HANG_NANOS, gate::open);
    while (!gate.isOpen()) {
      try {
        gate.await();
      } catch (InterruptedException e) {
        marks.add("ignored an interrupt");
      }
    }
  }

  @Override
  public void before(StepMachine machine, Activity what) {
    time.mayPass("before " + what);
    if (what != Activity.ON_STOP) mayCrash("before " + what);
  }

  @Override
  public void after(StepMachine machine, Activity what) {
    time.mayPass("after " + what);
    if (what != Activity.ON_STOP) mayCrash("after " + what);
  }

  private void mayCrash(String where) {
    if (crashesLeft == 0 || !allHaveStarted || choices.next(CRASHES) != 1) return;
    crashesLeft--;
    throw new World.Injected(where);
  }

  private void on(StageEvent event) {
    if (event instanceof StageEvent.Crashed crashed) marks.add("crashed in " + crashed.during());
    else if (event instanceof StageEvent.Abandoned) marks.add("abandoned");
    else if (event instanceof StageEvent.DeadLettered) marks.add("dead letter");
  }

  private void chaos() {
    List<StageRef<?>> all = List.copyOf(refs.values());
    try {
      while (actionsLeft-- > 0) {
        for (int i = choices.next(20); i > 0; i--) time.mayPass("between two deeds");
        act(all.get(choices.next(all.size())));
      }
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts chaos", e);
    } finally {
      all.forEach(StageRef::resume);
      chaosHasEnded = true;
    }
  }

  private void act(StageRef<?> ref) throws InterruptedException {
    try {
      switch (choices.next(6)) {
        case 0 -> ref.kill();
        case 1 -> ref.pause();
        case 2 -> ref.resume();
        case 3 -> ref.cast(stage -> time.mayPass("in a cast"));
        case 4 -> call(ref);
        case 5 -> marks.add(ref.snapshot().awaiting());
        default -> throw new IllegalStateException();
      }
    } catch (StageEndedException late) {
      marks.add("too late");
    }
  }

  private void call(StageRef<?> ref) throws InterruptedException {
    try {
      int answer = ref.call(Duration.ofMillis(5), stage -> {
        time.mayPass("in a call");
        return 42;
      });
      if (answer != 42) throw new AssertionError("a call was answered with " + answer);
      marks.add("called");
    } catch (TimeoutException late) {
      marks.add("called in vain");
    } catch (CallFailedException failed) {
      marks.add("called and failed");
    }
  }

  // ---- what must hold

  private void look(StepMachine machine) {
    Cell<?> cell = Peek.cell(machine);
    if (cell == null) return;
    cells.add(cell);
    for (Peek.Ledger ledger : Peek.lanes(cell)) {
      ledgers.add(ledger);
      Oracle.ensureBalanced(ledger.read());
    }
    Log now = cell.path().startsWith("app/sink") ? Peek.committed(cell, "log") : null;
    if (now != null) logs.put(cell.path(), now);
  }

  private void check() {
    require(chaosHasEnded, "chaos has not ended");
    for (Cell<?> cell : cells) require(!cell.isAlive(), cell.path() + " is alive after its scope was closed");
    require(!marks.contains("dead letter"), "something was given up on, after fewer crashes than attempts");
    for (Peek.Ledger ledger : ledgers) {
      SubscriptionSnapshot end = ledger.read();
      Oracle.ensureBalanced(end);
      require(end.inFlight() == 0 && end.returned() == 0 && end.dropped() == 0, "not all was handled: " + end);
    }
    int[] handled = new int[events.length];
    logs.forEach((path, log) -> {
      int[] last = new int[events.length];
      java.util.Arrays.fill(last, -1);
      for (NumberedEvent event : log.events()) {
        require(event.number() > last[event.source()],
            path + " has handled " + event + " after " + event.source() + ":" + last[event.source()]);
        last[event.source()] = event.number();
        handled[event.source()]++;
      }
    });
    for (int i = 0; i < events.length; i++) {
      long emitted = refs.get("source" + i).snapshot().eventsEmitted();
      require(closes || emitted == events[i], emitted + " of " + events[i] + " events were emitted by source" + i);
      require(handled[i] == emitted, handled[i] + " of " + emitted + " events of source" + i + " were handled");
    }
  }

  private static void require(boolean holds, String what) {
    if (!holds) throw new AssertionError(what);
  }

  /** Looks for a planted bug; see {@link PlantedBug}. */
  public static final class Search {
    private static final int MOST = Integer.getInteger("stage.l2.planted", 5_000);
    // kept, or its level is forgotten with it
    private static final java.util.logging.Logger LOGGER = java.util.logging.Logger.getLogger("stage");

    private Search() {}

    /** {@return how many seeds it took; -1 if none of them failed} */
    public static int search() {
      java.util.logging.Level before = LOGGER.getLevel();
      LOGGER.setLevel(java.util.logging.Level.OFF);
      try {
        for (int seed = 0; seed < MOST; seed++)
          if (run(RecordedChoices.ofSeed(seed)).failure() != null) return seed + 1;
        return -1;
      } finally {
        LOGGER.setLevel(before);
      }
    }
  }
}
