package stage.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import stage.api.CallFailedException;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Overflow;
import stage.api.ProducerRef;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageEndedException;
import stage.api.State;
import stage.api.Subscribable;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.simulation.SimulatedDriver;
import stage.runtime.simulation.SimulatedTime;
import stage.runtime.testkit.Simulated;

/**
 * Interrupts at every point: after any step, somebody interrupts the thread of any stage, of a task of one, or of
 * somebody who calls one; and user code leaves the flag set. User code may see it, and crash of it; but the engine
 * loses no event and no message for it, handles nothing twice, and nobody hangs.
 */
final class Interrupts {
  private static final int EVENTS = 8;
  private static final Redelivery PATIENT = Redelivery.attempts(100);

  private final Simulated simulated;
  private final List<SimulatedDriver> victims = new ArrayList<>();
  private final List<Thread> callers = new ArrayList<>();
  private final List<Integer> handled = new ArrayList<>();
  private final List<Object> letters = new ArrayList<>();
  private final int demand;
  private int left;       // interrupts to come
  private int flagsLeft;  // that user code leaves set
  private boolean anySent;
  private boolean isFlagSeen;   // at the begin of a turn, though nobody has sent one

  private Interrupts(Simulated simulated) {
    this.simulated = simulated;
    this.demand = 1 + simulated.choose(4);
    this.left = simulated.choose(3) == 0 ? 0 : 1 + simulated.choose(12);
    this.flagsLeft = simulated.choose(4);
  }

  static void run(Simulated simulated) throws Exception {
    new Interrupts(simulated).run();
  }

  // ---- who interrupts

  private void afterStep(SimulatedDriver driver) {
    if (!victims.contains(driver)) victims.add(driver);
    if (left == 0 || simulated.choose(6) != 1) return;
    left--;
    anySent = true;
    int which = simulated.choose(victims.size() + callers.size());
    if (which < victims.size()) victims.get(which).interrupt();
    else SimulatedTime.ofThisThread().interrupt(callers.get(which - victims.size()));
  }

  /** A turn begins: what an earlier one has left set is not seen. */
  private void begin() {
    if (!anySent && Thread.currentThread().isInterrupted()) isFlagSeen = true;
  }

  /** What user code does that can be interrupted; or it does not look, or leaves the flag for others. */
  private void feel() throws InterruptedException {
    simulated.pass();
    int how = simulated.choose(6);
    if (how == 0) simulated.advance(Duration.ofMillis(1));
    if (how <= 2 && Thread.interrupted()) throw new InterruptedException("felt");
    if (how == 3 && flagsLeft-- > 0) Thread.currentThread().interrupt();
  }

  // ---- the stages

  private final class Counter implements Stage.Generator<Integer> {
    private State<Integer> next;

    @Override
    public void onStart(StageContext context) {
      next = context.state(0);
    }

    @Override
    public void generate(Outlet<Integer> out) throws InterruptedException {
      while (next.value() < EVENTS) {
        feel();
        int event = next.value();
        next.set(event + 1);
        out.emit(event);
      }
    }
  }

  private final class Pages implements Stage.Producer<Integer> {
    private State<Integer> next;

    @Override
    public void onStart(StageContext context) {
      next = context.state(0);
    }

    @Override
    public void onDemand(long wanted, Outlet<Integer> out) throws InterruptedException {
      begin();
      feel();
      for (long i = 0; i < wanted && next.value() < EVENTS; i++) {
        out.emit(next.value());
        next.set(next.value() + 1);
      }
      feel();
      if (next.value() == EVENTS) out.complete();
    }
  }

  private final class Middle implements Stage.ProducerConsumer<Integer, Integer> {
    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from, Outlet<Integer> out) throws InterruptedException {
      begin();
      for (int event : events) {
        feel();
        out.emit(event);
      }
      feel();
    }
  }

  private ProducerRef<Integer, ?> source(Supervisor app) {
    return switch (simulated.choose(3)) {
      case 0 -> app.start(Stage.generator("source", Counter::new));
      case 1 -> app.start(Stage.producer("source", Pages::new));
      default -> {
        var source = app.start(Stage.source("source", Integer.class).withOverflow(Overflow.block()));
        callers.add(simulated.start("sender", () -> send(source)));
        yield source;
      }
    };
  }

  private void send(ProducerRef<Integer, ?> source) {
    for (int i = 0; i < EVENTS; i++) if (!isSent(source, i)) i--;
    source.stop();
  }

  private boolean isSent(ProducerRef<Integer, ?> source, int event) {
    try {
      if (simulated.choose(3) == 0) return source.emit(event, Duration.ofMillis(5));
      source.emit(event);
      return true;
    } catch (InterruptedException again) {
      simulated.pass();
      return false;
    }
  }

  private Subscribable<Integer> middle(Supervisor app, ProducerRef<Integer, ?> source) {
    return switch (simulated.choose(3)) {
      case 0 -> source;
      case 1 -> app.start(Stage.producerConsumer("middle", source, Middle::new).withRedelivery(PATIENT)
          .withDemand(Demand.max(demand)));
      default -> app.start(Stage.mapConcurrent("middle", source, 2, event -> {
        begin();
        feel();
        return event;
      }).withRedelivery(PATIENT).withDemand(Demand.max(demand)));
    };
  }

  private ConsumerRef<Integer, ?> sink(Supervisor app, Subscribable<Integer> source) {
    if (simulated.choose(3) == 0) {
      return app.start(Stage.perEvent("sink", source, 1 + simulated.choose(2), event -> {
        begin();
        feel();
        handled.add(event);
      }).withRedelivery(PATIENT).withDemand(Demand.max(demand)).withDeadLetters(letter -> letters.add(letter.event())));
    }
    return app.start(Stage.consumer("sink", source, () -> (events, from) -> {
      begin();
      feel();
      handled.addAll(events);
      if (simulated.choose(4) == 0 && flagsLeft-- > 0) Thread.currentThread().interrupt();   // and returns
    }).withRedelivery(PATIENT).withDemand(Demand.max(demand)).withDeadLetters(letter -> letters.add(letter.event())));
  }

  // ---- a caller, whose calls are answered, fail, or are given up on by itself; and whose messages are read

  private void call(ConsumerRef<Integer, ?> sink, int[] asked, int[] read) {
    for (int i = 0; i < 4; i++) {
      try {
        sink.cast(stage -> read[0]++);
        asked[0]++;
        sink.call(Duration.ofSeconds(30), stage -> null);
      } catch (StageEndedException over) {
        return;
      } catch (InterruptedException | TimeoutException | CallFailedException given) {
        simulated.pass();
      }
    }
  }

  private void run() throws Exception {
    var spec = SupervisorSpec.of("faults").withIntensity(new Intensity(100, Duration.ofSeconds(5)));
    if (simulated.choose(3) == 0) spec = spec.withContext(() -> incarnation -> incarnation.run());
    int[] asked = {0};
    int[] read = {0};
    boolean isOver;
    SimulatedTime.ofThisThread().afterStep(this::afterStep);
    try (var app = Supervisor.open(spec)) {
      ConsumerRef<Integer, ?> sink = sink(app, middle(app, source(app)));
      if (simulated.choose(2) == 0) callers.add(simulated.start("caller", () -> call(sink, asked, read)));
      isOver = app.join(Duration.ofHours(1));
      left = 0;
    }
    handled.sort(null);   // two tasks finish in any order
    List<Integer> all = new ArrayList<>();
    for (int i = 0; i < EVENTS; i++) all.add(i);
    if (!isOver || !handled.equals(all) || !letters.isEmpty())
      throw new AssertionError("interrupted: over " + isOver + ", handled " + handled + ", given up " + letters);
    if (isFlagSeen) throw new AssertionError("a turn has found the flag that an earlier one had left set");
    if (read[0] > asked[0]) throw new AssertionError("sent were " + asked[0] + " messages, read " + read[0]);
  }
}
