package stage.stress;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import stage.api.Inlet;
import stage.api.MapState;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;
import stage.api.StopReason;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Series;

/**
 * R1: four producers, five stages in all behind each other, and each crashes at one event in a thousand; all events
 * arrive, once and in order.
 */
final class CrashStorm {
  private static final int PRODUCERS = 4;
  private static final int MIDDLES = 3;
  private static final int ONE_IN = 1000;
  private static final Redelivery PATIENT = Redelivery.attempts(1_000_000);   // nothing here is poison

  private final int each;
  private final AtomicLong crashes = new AtomicLong();
  private volatile long arrived;   // written when the sink ends
  private volatile boolean inOrder = true;

  private CrashStorm(int each) {
    this.each = each;
  }

  static void run(long seed, int events) throws Exception {
    new CrashStorm(events / PRODUCERS).run(new SplittableRandom(seed));
  }

  private void run(SplittableRandom random) throws Exception {
    SupervisorSpec spec =
        SupervisorSpec.of("storm").withIntensity(new Intensity(Integer.MAX_VALUE, Duration.ofDays(1)));
    try (var app = Supervisor.open(spec)) {
      List<ProducerRef<Long, ?>> above = new ArrayList<>();
      for (int i = 0; i < PRODUCERS; i++) {
        int index = i;
        var dice = new Dice(random.split());
        above.add(app.start(Stage.producer("numbers" + i,
            () -> new Series<>(each, number -> 1_000_000_000L * index + number, number -> dice.mayCrash()))));
      }
      for (int i = 0; i < MIDDLES; i++) {
        var dice = new Dice(random.split());
        var middle = Stage
            .producerConsumer("middle" + i, Long.class, Long.class, () -> (batch, from, out) -> pass(batch, out, dice))
            .withRedelivery(PATIENT);
        for (ProducerRef<Long, ?> producer : above) middle = middle.subscribeTo(producer);
        above = List.of(app.start(middle));
      }
      var dice = new Dice(random.split());
      app.start(Stage.consumer("sink", above.getFirst(), () -> new Sink(dice)).withRedelivery(PATIENT));
      app.join();
    }
    if (arrived != (long) PRODUCERS * each || !inOrder)
      throw new AssertionError(arrived + " of " + PRODUCERS * each + " events arrived, in order: " + inOrder);
    if (crashes.get() == 0) throw new AssertionError("nothing has crashed");
  }

  /** One stage's; it outlives the incarnations. */
  private final class Dice {
    private final SplittableRandom random;

    Dice(SplittableRandom random) {
      this.random = random;
    }

    void mayCrash() {
      if (random.nextInt(ONE_IN) != 0) return;
      crashes.incrementAndGet();
      throw new IllegalStateException("storm");
    }
  }

  private static void pass(List<Long> batch, Outlet<Long> out, Dice dice) throws Exception {
    for (long event : batch) {
      out.emit(event);
      dice.mayCrash();
    }
  }

  private final class Sink implements Stage.Consumer<Long> {
    private final Dice dice;
    private State<Long> count;
    private MapState<Long, Long> last;   // by producer

    Sink(Dice dice) {
      this.dice = dice;
    }

    @Override
    public void onStart(StageContext context) {
      count = context.state("count", 0L);
      last = context.mapState("last");
    }

    @Override
    public void onEvents(List<Long> batch, Inlet<Long> from) {
      for (long event : batch) {
        long producer = event / 1_000_000_000L;
        Long before = last.get(producer);
        if (event % 1_000_000_000L != (before == null ? 0 : before + 1)) inOrder = false;
        last.put(producer, event % 1_000_000_000L);
        count.set(count.value() + 1);
        dice.mayCrash();
      }
    }

    @Override
    public void onStop(StopReason reason) {
      if (reason instanceof StopReason.Completed) arrived = count.value();
    }
  }
}
