package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Overflow;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageSnapshot;
import stage.api.StopReason;
import stage.api.SubscriptionRefusedException;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.testkit.SimulatedRuntime;

/**
 * When a producer begins, so that no consumer misses anything: with an init, with its n-th consumer, when it is
 * resumed.
 */
class OpeningTest {
  /** Where a body runs: on real threads, or in simulations of many orders. */
  enum Where {
    ON_THREADS {
      @Override
      void run(Body body) throws Throwable {
        body.run();
      }
    },
    SIMULATED {
      @Override
      void run(Body body) {
        SimulatedRuntime.withSeeds(1, 200).run(simulated -> body.run());
      }
    };

    abstract void run(Body body) throws Throwable;
  }

  interface Body {
    void run() throws Throwable;
  }

  /** A broadcast of 1 to 20. */
  private static final class Numbers implements Stage.Generator<Integer> {
    @Override
    public void generate(Outlet<Integer> out) throws Exception {
      for (int i = 1; i <= 20; i++) out.emit(i);
    }
  }

  private static final class Keeper implements Stage.Consumer<Integer> {
    private final BlockingQueue<Integer> kept;

    Keeper(BlockingQueue<Integer> kept) {
      this.kept = kept;
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {
      kept.addAll(events);
    }
  }

  private final BlockingQueue<Integer> first = new LinkedBlockingQueue<>();
  private final BlockingQueue<Integer> second = new LinkedBlockingQueue<>();

  private static List<Integer> upTo(int last) {
    return IntStream.rangeClosed(1, last).boxed().toList();
  }

  private void assertBothHaveAllOf(int last) {
    assertThat(first).containsExactlyElementsOf(upTo(last));
    assertThat(second).containsExactlyElementsOf(upTo(last));
    first.clear();
    second.clear();
  }

  @Nested
  class WithConsumersToAwait {
    @ParameterizedTest
    @EnumSource(Where.class)
    void aBroadcastBeginsWhenAllAreThere(Where where) throws Throwable {
      where.run(() -> {
        try (var app = Supervisor.open("app")) {
          var numbers = app.start(
              Stage.generator("numbers", Numbers::new).withDispatcher(Dispatcher.broadcast()).awaitingConsumers(2));
          app.start(Stage.consumer("first", numbers, () -> new Keeper(first)).withDemand(Demand.max(3)));
          assertThat(numbers.snapshot().status()).isEqualTo(StageSnapshot.Status.PAUSED);
          app.start(Stage.consumer("second", numbers, () -> new Keeper(second)).withDemand(Demand.max(2)));
          app.join();
        }
        assertBothHaveAllOf(20);
      });
    }

    @ParameterizedTest
    @EnumSource(Where.class)
    void c2_whatIsEmittedMeanwhileWaits(Where where) throws Throwable {
      where.run(() -> {
        try (var app = Supervisor.open("app")) {
          var source = app.start(Stage.source("source", Integer.class).withDispatcher(Dispatcher.broadcast())
              .withOverflow(Overflow.fail().withCapacity(10)).awaitingConsumers(2));
          source.castEmit((behaviour, out) -> out.emit(1));
          source.emit(2);
          app.start(Stage.consumer("first", source, () -> new Keeper(first)));
          source.castEmit((behaviour, out) -> out.emit(3));
          app.start(Stage.consumer("second", source, () -> new Keeper(second)));
          source.castEmit((behaviour, out) -> out.complete());
          app.join();
        }
        // a cast may overtake what is handed in
        assertThat(first).containsExactlyInAnyOrder(1, 2, 3).containsExactlyElementsOf(second);
        first.clear();
        second.clear();
      });
    }

    @ParameterizedTest
    @EnumSource(Where.class)
    void aCompletedOneWaitsForThemToo(Where where) throws Throwable {
      where.run(() -> {
        try (var app = Supervisor.open("app")) {
          var source = app
              .start(Stage.source("source", Integer.class).withDispatcher(Dispatcher.broadcast()).awaitingConsumers(2));
          source.castEmit((behaviour, out) -> {
            for (int i = 1; i <= 5; i++) out.emit(i);
            out.complete();
          });
          app.start(Stage.consumer("first", source, () -> new Keeper(first)));
          app.start(Stage.consumer("second", source, () -> new Keeper(second)));
          app.join();
        }
        assertBothHaveAllOf(5);
      });
    }

    @ParameterizedTest
    @EnumSource(Where.class)
    void itEndsWithAStopAndThoseThereGetWhatWaits(Where where) throws Throwable {
      where.run(() -> {
        try (var app = Supervisor.open("app")) {
          var source = app.start(Stage.source("source", Integer.class).awaitingConsumers(3));
          source.castEmit((behaviour, out) -> out.emit(1));
          app.start(Stage.consumer("first", source, () -> new Keeper(first)));
          source.call(behaviour -> 0);
          source.stop();
          assertThat(source.join()).isInstanceOf(StopReason.Stopped.class);
        }
        assertThat(first).containsExactly(1);
        first.clear();
      });
    }

    @ParameterizedTest
    @EnumSource(Where.class)
    void aCrashBeforeTheBeginningChangesNothing(Where where) throws Throwable {
      where.run(() -> {
        try (var app = Supervisor.open("app")) {
          var numbers = app.start(
              Stage.generator("numbers", Numbers::new).withDispatcher(Dispatcher.broadcast()).awaitingConsumers(2));
          app.start(Stage.consumer("first", numbers, () -> new Keeper(first)));
          numbers.kill();
          app.start(Stage.consumer("second", numbers, () -> new Keeper(second)));
          app.join();
        }
        assertBothHaveAllOf(20);
      });
    }

    @Test
    void thereMustBeOneAtLeast() {
      assertThatThrownBy(() -> Stage.generator("numbers", Numbers::new).awaitingConsumers(0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the number of consumers to await must be at least 1, but was 0");
    }
  }

  @Nested
  class StartedPaused {
    @ParameterizedTest
    @EnumSource(Where.class)
    void c2_holdsEverythingUntilItIsResumed(Where where) throws Throwable {
      where.run(() -> {
        try (var app = Supervisor.open("app")) {
          var source =
              app.start(Stage.source("source", Integer.class).withDispatcher(Dispatcher.broadcast()).startPaused());
          app.start(Stage.consumer("first", source, () -> new Keeper(first)));
          source.castEmit((behaviour, out) -> out.emit(1));
          source.call(behaviour -> 0);
          assertThat(source.snapshot().outputs()).allSatisfy(output -> assertThat(output.sent()).isZero());
          app.start(Stage.consumer("second", source, () -> new Keeper(second)));
          source.resume();
          source.castEmit((behaviour, out) -> {
            out.emit(2);
            out.complete();
          });
          app.join();
        }
        assertBothHaveAllOf(2);
      });
    }
  }

  @Nested
  class InAnInit {
    @ParameterizedTest
    @EnumSource(Where.class)
    void producersBeginWhenItHasReturned(Where where) throws Throwable {
      where.run(() -> {
        List<String> order = new ArrayList<>();
        try (var app = Supervisor.open("app", scope -> {
          var numbers = scope.start(Stage.generator("numbers", Integer.class, () -> out -> {
            order.add("generates");
            new Numbers().generate(out);
          }).withDispatcher(Dispatcher.broadcast()));
          scope.start(Stage.consumer("first", numbers, () -> new Keeper(first)));
          numbers.call(behaviour -> order.add("a call"));
          scope.start(Stage.consumer("second", numbers, () -> new Keeper(second)));
          numbers.call(behaviour -> order.add("init returns"));
        })) {
          app.join();
        }
        assertThat(order).containsExactly("a call", "init returns", "generates");
        assertBothHaveAllOf(20);
      });
    }

    @ParameterizedTest
    @EnumSource(Where.class)
    void soDoThoseOfChildSupervisors(Where where) throws Throwable {
      where.run(() -> {
        try (var app = Supervisor.open("app")) {
          Supervisor outer = app.start(SupervisorSpec.of("outer"), scope -> {
            var below = scope.start(SupervisorSpec.of("below"), inner ->
                inner.start(Stage.generator("numbers", Numbers::new).withDispatcher(Dispatcher.broadcast())));
            @SuppressWarnings("unchecked")
            var numbers = (ProducerRef<Integer, ?>) below.child("numbers");
            scope.start(Stage.consumer("first", numbers, () -> new Keeper(first)));
            scope.start(Stage.consumer("second", numbers, () -> new Keeper(second)));
          });
          outer.join();
        }
        assertBothHaveAllOf(20);
      });
    }

    @ParameterizedTest
    @EnumSource(Where.class)
    void aCollectorOfAMiddleStageGetsAll(Where where) throws Throwable {
      where.run(() -> {
        List<Integer> all = new ArrayList<>();
        try (var app = Supervisor.open("app", scope -> {
          var numbers = scope.start(Stage.generator("numbers", Numbers::new));
          var tens = scope.start(Stage.producerConsumer("tens", numbers, Integer.class, () -> (events, from, out) -> {
            for (int event : events) out.emit(event * 10);
          }).withDispatcher(Dispatcher.broadcast()));
          scope.start(Stage.consumer("first", tens, () -> new Keeper(first)));
          scope.start(Stage.collect("all", tens, Collectors.toCollection(() -> all)));
        })) {
          app.join();
        }
        assertThat(all).containsExactlyElementsOf(upTo(20).stream().map(n -> n * 10).toList())
            .containsExactlyElementsOf(first);
        first.clear();
      });
    }

    @ParameterizedTest
    @EnumSource(Where.class)
    void toWaitForTheirEventsIsRefused(Where where) throws Throwable {
      where.run(() -> {
        try (var app = Supervisor.open("app", scope -> {
          var source = scope.start(Stage.source("source", Integer.class));
          var sink = scope.start(Stage.consumer("first", source, () -> new Keeper(first)));
          assertThatThrownBy(() -> source.emit(1)).isInstanceOf(IllegalStateException.class)
              .hasMessageStartingWith(
                  "emit() on stage app/source would wait for ever, because it was called in the init that starts it");
          assertThatThrownBy(sink::join).isInstanceOf(IllegalStateException.class)
              .hasMessageStartingWith("join() on stage app/first would wait");
          assertThatThrownBy(() -> source.stream().findFirst()).isInstanceOf(IllegalStateException.class);
          assertThatThrownBy(scope::join).isInstanceOf(IllegalStateException.class)
              .hasMessageStartingWith("join() on scope app would wait");
        })) {
          app.stop();
        }
        assertThat(first).isEmpty();
      });
    }

    @ParameterizedTest
    @EnumSource(Where.class)
    void oneThatThrowsClosesTheScope(Where where) throws Throwable {
      where.run(() -> {
        List<Supervisor> opened = new ArrayList<>();
        assertThatThrownBy(() -> Supervisor.open("app", scope -> {
          opened.add(scope);
          scope.start(Stage.generator("numbers", Numbers::new));
          throw new IOException("no");
        })).isInstanceOf(StageFailedException.class).hasCauseInstanceOf(IOException.class);
        assertThat(opened.getFirst().children()).isEmpty();
        assertThat(opened.getFirst().report().stragglers()).isEmpty();
      });
    }
  }

  @Nested
  class AfterTheEnd {
    @ParameterizedTest
    @EnumSource(Where.class)
    void n1_aBroadcastRefusesWhoHasMissedIt(Where where) throws Throwable {
      where.run(() -> {
        try (var app = Supervisor.open("app")) {
          var numbers = app.start(Stage.generator("numbers", Numbers::new).withDispatcher(Dispatcher.broadcast()));
          app.start(Stage.consumer("first", numbers, () -> new Keeper(first)));
          numbers.join();
          assertThatThrownBy(() -> app.start(Stage.consumer("second", numbers, () -> new Keeper(second))))
              .isInstanceOf(SubscriptionRefusedException.class)
              .hasMessageStartingWith(
                  "stage app/second cannot subscribe to app/numbers: it has completed, and a broadcast is not repeated");
          app.join();
        }
        first.clear();
      });
    }

    @ParameterizedTest
    @EnumSource(Where.class)
    void n1_aWorkerThatComesTooLateCompletesAtOnce(Where where) throws Throwable {
      where.run(() -> {
        try (var app = Supervisor.open("app")) {
          var numbers = app.start(Stage.generator("numbers", Numbers::new));
          app.start(Stage.consumer("first", numbers, () -> new Keeper(first)));
          numbers.join();
          var late = app.start(Stage.consumer("second", numbers, () -> new Keeper(second)));
          assertThat(late.join()).isInstanceOf(StopReason.Completed.class);
        }
        assertThat(second).isEmpty();
        first.clear();
      });
    }
  }
}
