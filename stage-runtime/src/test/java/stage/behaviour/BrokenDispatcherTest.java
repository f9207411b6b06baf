package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.DispatchRule;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Overflow;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.supervision.Intensity;
import stage.api.supervision.ShutdownReport;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.testkit.SimulatedRuntime;

/** A rule of the user's throws once, wherever that is. */
class BrokenDispatcherTest {
  private static final int EVENTS = 12;
  private static final int CALLS = 60;

  /** Throws at its n-th call of one method; else gives all to the first that wants any. */
  private static final class ThrowsOnce implements DispatchRule {
    private final boolean inShare;
    private int callsLeft;

    ThrowsOnce(boolean inShare, int at) {
      this.inShare = inShare;
      this.callsLeft = at;
    }

    @Override
    public long demand(Subscriptions subscriptions) {
      if (!inShare) call();
      return DispatchRule.super.demand(subscriptions);
    }

    @Override
    public void share(int events, Subscriptions subscriptions, int[] shares) {
      if (inShare) call();
      int left = events;
      for (int i = 0; i < shares.length; i++) {
        shares[i] = (int) Math.min(left, subscriptions.demand(i));
        left -= shares[i];
      }
    }

    private void call() {
      if (--callsLeft == 0) throw new IllegalStateException("once");
    }
  }

  /** Takes note of what it gets. */
  private record Sink(List<Integer> got) implements Stage.Consumer<Integer> {
    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {
      got.addAll(events);
    }
  }

  private static List<Integer> numbers(int count) {
    List<Integer> all = new ArrayList<>();
    for (int i = 0; i < count; i++) all.add(i);
    return all;
  }

  /** Runs one simulation for each call that may throw. */
  private static void eachCall(Scenario scenario) {
    for (boolean inShare : new boolean[] {false, true}) {
      for (int call = 1; call <= CALLS; call++) {
        var rule = new ThrowsOnce(inShare, call);
        String where = (inShare ? "share()" : "demand()") + " throws at call " + call;
        SimulatedRuntime.withSeed(call).run(simulated -> {
          try (var app =
              Supervisor.open(SupervisorSpec.of("broken").withIntensity(new Intensity(3, Duration.ofSeconds(5))))) {
            scenario.run(app, rule, where);
          }
        });
      }
    }
  }

  private interface Scenario {
    void run(Supervisor app, DispatchRule rule, String where) throws Exception;
  }

  private static void assertAllCome(Supervisor app, List<Integer> got, String where) throws Exception {
    app.join(Duration.ofSeconds(1));
    assertThat(got).as(where).isEqualTo(numbers(EVENTS));
    assertThat(app.children()).as(where + ": alive").allMatch(ref -> ref.isAlive());
  }

  @Nested
  class WhileEventsComeFromOutside {
    private static ProducerRef<Integer, ?> silent(Supervisor app, DispatchRule rule, Overflow overflow) {
      return app.start(Stage.producer("silent", () -> (Stage.Producer<Integer>) (demand, out) -> {})
          .withDispatcher(Dispatcher.shared(rule))
          .withOverflow(overflow));
    }

    @Test
    void p03_p14_p28_eachAcceptedEventIsHandledInOrder() {
      eachCall((app, rule, where) -> {
        List<Integer> got = new ArrayList<>();
        var producer = silent(app, rule, Overflow.block());
        app.start(Stage.consumer("sink", () -> new Sink(got)).subscribeTo(producer, Demand.max(4)));
        for (int i = 0; i < EVENTS; i++) producer.emit(i);
        assertAllCome(app, got, where);
      });
    }

    @ParameterizedTest
    @EnumSource(value = Overflow.Kind.class)
    void p03_theSameWhateverTheOverflow(Overflow.Kind kind) {
      eachCall((app, rule, where) -> {
        List<Integer> got = new ArrayList<>();
        var producer = silent(app, rule, new Overflow(kind, EVENTS));
        app.start(Stage.consumer("sink", () -> new Sink(got)).subscribeTo(producer, Demand.max(4)));
        for (int i = 0; i < EVENTS; i++) producer.emit(i);
        assertAllCome(app, got, where);
      });
    }

    @Test
    void p03_theSameWhenTheScopeCloses() {
      for (boolean inShare : new boolean[] {false, true}) {
        for (int call = 1; call <= CALLS; call++) {
          var rule = new ThrowsOnce(inShare, call);
          List<Integer> got = new ArrayList<>();
          ShutdownReport[] report = {null};
          SimulatedRuntime.withSeed(call).run(simulated -> {
            var app = Supervisor.open("broken");
            var producer = silent(app, rule, Overflow.fail().withCapacity(EVENTS));
            app.start(Stage.consumer("sink", () -> new Sink(got)).subscribeTo(producer, Demand.max(4)));
            for (int i = 0; i < EVENTS; i++) producer.emit(i);
            app.close();
            report[0] = app.report();
          });
          assertThat(got).as((inShare ? "share()" : "demand()") + " throws at call " + call + ": " + report[0])
              .isEqualTo(numbers(EVENTS));
        }
      }
    }
  }

  @Nested
  class WhileAProducerEmits {
    @Test
    void p28_eachEventIsHandled() {
      eachCall((app, rule, where) -> {
        List<Integer> got = new ArrayList<>();
        var next = new AtomicInteger();
        var producer = app.start(Stage.producer("producer", () -> new Stage.Producer<Integer>() {
          @Override
          public void onDemand(long demand, Outlet<Integer> out) {
            for (long i = 0; i < demand && i < EVENTS - handed(); i++) out.emit((int) (handed() + i));
          }

          private long handed() {
            return context.eventsEmitted();
          }

          private stage.api.StageContext context;

          @Override
          public void onStart(stage.api.StageContext context) {
            this.context = context;
            next.incrementAndGet();
          }
        }).withDispatcher(Dispatcher.shared(rule)));
        app.start(Stage.consumer("sink", () -> new Sink(got)).subscribeTo(producer, Demand.max(4)));
        assertAllCome(app, got, where);
      });
    }

    @Test
    void p28_aMessageIsNotLost() {
      eachCall((app, rule, where) -> {
        List<Integer> got = new ArrayList<>();
        var producer = app.start(Stage.producer("producer", () -> (Stage.Producer<Integer>) (demand, out) -> {})
            .withDispatcher(Dispatcher.shared(rule)).withOverflow(Overflow.fail().withCapacity(EVENTS)));
        app.start(Stage.consumer("sink", () -> new Sink(got)).subscribeTo(producer, Demand.max(4)));
        var ran = new ArrayList<Integer>();
        for (int i = 0; i < EVENTS; i++) {
          int number = i;
          producer.cast(stage -> ran.add(number));
        }
        app.join(Duration.ofSeconds(1));
        assertThat(ran).as(where).isEqualTo(numbers(EVENTS));
      });
    }
  }

  @Nested
  class WhileAProducerConsumerPassesOn {
    @Test
    void p28_eachEventIsHandled() {
      eachCall((app, rule, where) -> {
        List<Integer> got = new ArrayList<>();
        var source = app.start(Stage.producer("source", () -> (Stage.Producer<Integer>) (demand, out) -> {}));
        var middle = app.start(Stage
            .producerConsumer("middle", source, Integer.class, () -> (events, from, out) -> events.forEach(out::emit))
            .withDispatcher(Dispatcher.shared(rule)).withDemand(Demand.max(4)));
        app.start(Stage.consumer("sink", () -> new Sink(got)).subscribeTo(middle, Demand.max(2)));
        for (int i = 0; i < EVENTS; i++) source.emit(i);
        assertAllCome(app, got, where);
      });
    }
  }

  @Nested
  class WhileAGeneratorEmits {
    @Test
    void p28_eachEventIsHandled() {
      eachCall((app, rule, where) -> {
        List<Integer> got = new ArrayList<>();
        var generator = app.start(Stage.generator("generator", () -> new Stage.Generator<Integer>() {
          private stage.api.StageContext context;

          @Override
          public void onStart(stage.api.StageContext context) {
            this.context = context;
          }

          @Override
          public void generate(Outlet<Integer> out) throws InterruptedException {
            for (int i = (int) context.eventsEmitted(); i < EVENTS; i++) out.emit(i);
          }
        }).withDispatcher(Dispatcher.shared(rule)));
        app.start(Stage.consumer("sink", () -> new Sink(got)).subscribeTo(generator, Demand.max(4)));
        app.join(Duration.ofSeconds(1));
        assertThat(got).as(where).isEqualTo(numbers(EVENTS));
      });
    }
  }
}
