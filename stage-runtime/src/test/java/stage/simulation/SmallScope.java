package stage.simulation;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import stage.api.DeadLetter;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageRef;
import stage.api.State;
import stage.api.SubscriptionSnapshot;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Series;
import stage.runtime.engine.Cell;
import stage.runtime.engine.Peek;
import stage.runtime.simulation.Choices;
import stage.runtime.simulation.SimulatedDriver;
import stage.runtime.simulation.SimulatedTime;
import stage.runtime.simulation.SimulationOptions;
import stage.runtime.time.Activity;
import stage.runtime.time.Faults;
import stage.runtime.time.StepMachine;

/** A pipeline so small that all its runs can be made: who crashes where, and who runs when. */
record SmallScope(boolean middle, int events, Demand demand, int crashes, int attempts, Act act, int deviations) {
  /** As many as there are. */
  static final int ALL = Integer.MAX_VALUE;

  /** What somebody from outside does, at any of the first moments. */
  enum Act {
    NOTHING,
    CLOSE,
    KILL_THE_CONSUMER,
    STOP_THE_PRODUCER
  }

  private static final int MOMENTS = 10;

  @Override
  public String toString() {
    return (middle ? 3 : 2) + " stages, " + events + " events, demand " + demand.max() + "/" + demand.min() + ", "
        + crashes + " crashes, " + attempts
        + " redeliveries, outside: " + act + ", "
        + (deviations == ALL ? "all schedules" : "schedules with " + deviations + " deviations");
  }

  /** {@return the number of steps of the run that these choices make} */
  long run(Choices choices) throws Throwable {
    var run = new Run(choices);
    run.time.run(run::body);
    run.check();
    return run.time.steps();
  }

  /** Lets the scheduler deviate from first come, first served only so often; after that, it has no choice. */
  private Choices scheduling(Choices choices) {
    int[] left = {deviations};
    return bound -> {
      if (left[0] == 0) return 0;
      int chosen = choices.next(bound);
      if (chosen != 0 && left[0] != ALL) left[0]--;
      return chosen;
    };
  }

  private final class Run implements Faults {
    private final Choices choices;
    private final SimulatedTime time;
    private final Set<Cell<?>> cells = new LinkedHashSet<>();
    private final Set<Peek.Ledger> ledgers = new LinkedHashSet<>();
    private final List<DeadLetter> letters = new ArrayList<>();
    private int crashesLeft = crashes;
    private Log log = Log.empty();   // of the consumer, committed
    private int started;
    private int stopped;
    private StageRef<?> numbers;
    private StageRef<?> last;

    Run(Choices choices) {
      this.choices = choices;
      this.time = new SimulatedTime(scheduling(choices), this, SimulationOptions.PLAIN);
      time.afterStep(this::look);
    }

    private void mayCrash(String where) {
      if (crashesLeft == 0 || last == null || choices.next(2) == 0) return;   // not before all have started
      crashesLeft--;
      throw new World.Injected(where);
    }

    @Override
    public void before(StepMachine machine, Activity what) {
      if (what == Activity.ON_STOP) stopped++;
      else mayCrash("before " + what);
    }

    @Override
    public void after(StepMachine machine, Activity what) {
      if (what != Activity.ON_STOP) mayCrash("after " + what);
      if (what == Activity.ON_START) started++;
    }

    void body() throws InterruptedException {
      SupervisorSpec spec = SupervisorSpec.of("small").withIntensity(Intensity.of(1000));
      try (var app = Supervisor.open(spec)) {
        ProducerRef<Integer, ?> above = app.start(Stage.producer("numbers",
            () -> new Series<>(events, Math::toIntExact, number -> mayCrash("within onDemand"))));
        numbers = above;
        if (middle) {
          above = app.start(Stage.producerConsumer("middle", above, Integer.class, () -> this::pass)
              .withRedelivery(Redelivery.attempts(attempts)).withDeadLetters(letter -> letters.add(letter))
              .withDemand(demand));
        }
        last = app
            .start(Stage.consumer("last", above, () -> new Keeper(this)).withRedelivery(Redelivery.attempts(attempts))
            .withDeadLetters(letter -> letters.add(letter)).withDemand(demand));
        ledgers.addAll(Peek.lanes(Peek.cell(last)));
        if (act != Act.NOTHING) {
          for (int i = choices.next(MOMENTS); i > 0; i--) time.pass();
        }
        switch (act) {
          case NOTHING -> app.join();
          case CLOSE -> {}
          case KILL_THE_CONSUMER -> {
            last.kill();
            app.join();
          }
          case STOP_THE_PRODUCER -> {
            numbers.stop();
            app.join();
          }
        }
      }
    }

    private void pass(List<Integer> batch, Inlet<Integer> from, Outlet<Integer> out) {
      for (int event : batch) {
        out.emit(event);
        mayCrash("within onEvents");
      }
    }

    private void look(SimulatedDriver driver) {
      Cell<?> cell = Peek.cell(driver.machine());
      if (cell == null) return;
      cells.add(cell);
      for (Peek.Ledger ledger : Peek.lanes(cell)) {
        ledgers.add(ledger);
        Oracle.ensureBalanced(ledger.read());
      }
      Log now = cell.path().equals("small/last") ? Peek.committed(cell, "log") : null;
      if (now != null) log = now;
    }

    void check() {
      for (Cell<?> cell : cells) require(!cell.isAlive(), cell.path() + " is alive after its scope was closed");
      for (Peek.Ledger ledger : ledgers) {
        SubscriptionSnapshot end = ledger.read();
        Oracle.ensureBalanced(end);
        require(end.inFlight() == 0, "something is in flight after the close: " + end);
        require(end.dropped() == 0, "something was dropped: " + end);
        require(end.returned() == 0, "something was given back, though nobody has left: " + end);
      }
      require(started == stopped, started + " incarnations were started, and " + stopped + " stopped");
      boolean whole = act == Act.NOTHING || act == Act.KILL_THE_CONSUMER;
      long emitted = numbers.snapshot().eventsEmitted();
      require(!whole || emitted == events, emitted + " of " + events + " events were emitted");
      List<Integer> handled = new ArrayList<>();
      for (NumberedEvent event : log.events()) handled.add(event.number());
      for (int i = 1; i < handled.size(); i++) require(handled.get(i - 1) < handled.get(i), "handled: " + handled);
      List<Integer> met = new ArrayList<>(handled);
      int mostAttempts = crashes + (act == Act.KILL_THE_CONSUMER ? 1 : 0);
      require(letters.isEmpty() || mostAttempts > attempts,
          "given up on after fewer crashes than attempts: " + letters);
      for (DeadLetter letter : letters) {
        require(letter.attempts() == attempts + 1, letter.attempts() + " attempts: " + letter);
        met.add((Integer) letter.event());
      }
      met.sort(null);
      List<Integer> all = new ArrayList<>();
      for (int i = 0; i < emitted; i++) all.add(i);
      require(met.equals(all), "of " + emitted + " events, these were handled or given up on: " + met);
    }

    private static void require(boolean holds, String what) {
      if (!holds) throw new AssertionError(what);
    }
  }

  private static final class Keeper implements Stage.Consumer<Integer> {
    private final Run run;
    private State<Log> log;

    Keeper(Run run) {
      this.run = run;
    }

    @Override
    public void onStart(StageContext context) {
      log = context.state("log", Log.empty());
    }

    @Override
    public void onEvents(List<Integer> batch, Inlet<Integer> from) {
      for (int event : batch) {
        log.set(log.value().with(new NumberedEvent(0, event)));
        run.mayCrash("within onEvents");
      }
    }
  }
}
