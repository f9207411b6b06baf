package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.CancelPolicy;
import stage.api.ConsumerAware;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.Subscription;
import stage.api.SubscriptionSpec;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.testkit.CrashRule;
import stage.runtime.testkit.SimulatedRuntime;

/** A producer that is told of its consumers. */
class ConsumerAwareTest {
  private final List<String> told = new ArrayList<>();

  private static String nameOf(Subscription subscription) {
    String path = subscription.snapshot().consumer();
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** Says who comes and goes; emits only what it is told to. */
  private final class Host implements Stage.Producer<Integer>, ConsumerAware<Integer> {
    private final List<Subscription> guests = new ArrayList<>();
    private int incarnation;

    @Override
    public void onStart(StageContext context) {
      incarnation = context.incarnation();
    }

    @Override
    public void onDemand(long demand, Outlet<Integer> out) {}

    @Override
    public void onConsumerSubscribed(Subscription to, Outlet<Integer> out) {
      guests.add(to);
      told.add(incarnation + ": " + nameOf(to) + " came");
    }

    @Override
    public void onConsumerLeft(Subscription from, Outlet<Integer> out) {
      guests.removeIf(guest -> guest.id() == from.id());
      told.add(incarnation + ": " + nameOf(from) + " left");
    }
  }

  private ProducerRef<Integer, Host> host(Supervisor app) {
    return app.start(Stage.producer("host", Host::new));
  }

  private static ConsumerRef<Integer, Stage.Consumer<Integer>> guest(Supervisor app, String name,
      ProducerRef<Integer, ?> host) {
    return app.start(Stage.consumer(name, SubscriptionSpec.to(host).withCancelPolicy(CancelPolicy.TEMPORARY),
        () -> (events, from) -> {}));
  }

  private interface Situation {
    void run(Supervisor app, ProducerRef<Integer, Host> host) throws Exception;
  }

  /** Runs it with 20 seeds. */
  private void simulate(Situation situation) {
    SimulatedRuntime.withSeeds(1, 20).run(simulated -> {
      told.clear();
      try (var app = Supervisor.open("inn")) {
        situation.run(app, host(app));
      }
    });
  }

  @Nested
  class AProducer {
    @Test
    void c09_isToldOfASubscriptionBeforeACallThatIsMadeAfterIt() {
      simulate((app, host) -> {
        guest(app, "ann", host);
        assertThat(host.<Integer>call(stage -> stage.guests.size())).isEqualTo(1);
        assertThat(told).containsExactly("1: ann came");
      });
    }

    @Test
    void c09_isToldOnceOfEachThatLeaves() {
      simulate((app, host) -> {
        guest(app, "ann", host);
        guest(app, "bob", host);
        host.call(stage -> null);
        app.child("ann").stop();
        app.child("ann").join();
        assertThat(host.<Integer>call(stage -> stage.guests.size())).isEqualTo(1);
        assertThat(told).containsExactly("1: ann came", "1: bob came", "1: ann left");
      });
    }

    @Test
    void c09_isToldOfASubscriptionThatWasCancelled() {
      SimulatedRuntime.withSeeds(1, 20).run(simulated -> {
        told.clear();
        try (var app = Supervisor.open("inn")) {
          var host = host(app);
          var ann = app.start(Stage.consumer("ann", Integer.class, () -> (events, from) -> {}));
          Subscription first = ann.subscribeTo(SubscriptionSpec.to(host).withCancelPolicy(CancelPolicy.TEMPORARY));
          ann.subscribeTo(SubscriptionSpec.to(host).withCancelPolicy(CancelPolicy.TEMPORARY));
          host.call(stage -> null);
          first.cancel();
          simulated.await("it is told", () -> told.size() == 3);
          assertThat(told).containsExactly("1: ann came", "1: ann came", "1: ann left");
          assertThat(host.<Long>call(stage -> stage.guests.getFirst().id())).isNotEqualTo(first.id());
        }
      });
    }

    @Test
    void c09_isToldNothingOfAVisitThatWasOverBeforeItCounted() {
      SimulatedRuntime.withSeeds(1, 20).run(simulated -> {
        told.clear();
        try (var app = Supervisor.open("inn")) {
          var host = host(app);
          var ann = app.start(Stage.consumer("ann", Integer.class, () -> (events, from) -> {}));
          ann.subscribeTo(SubscriptionSpec.to(host).withCancelPolicy(CancelPolicy.TEMPORARY)).cancel();
          simulated.await("it is over", () -> host.snapshot().outputs().isEmpty());
          host.call(stage -> null);
          assertThat(told).isIn(List.of(), List.of("1: ann came", "1: ann left"));
        }
      });
    }

    @Test
    void c09_isToldWhilePaused() {
      simulate((app, host) -> {
        host.pause();
        guest(app, "ann", host);
        assertThat(host.<Integer>call(stage -> stage.guests.size())).isEqualTo(1);
      });
    }

    @Test
    void c09_mayEndASubscription() {
      SimulatedRuntime.withSeeds(1, 20).run(simulated -> {
        told.clear();
        try (var app = Supervisor.open("inn")) {
          var host = host(app);
          guest(app, "ann", host);
          host.cast(stage -> stage.guests.getFirst().cancel());
          simulated.await("it is told", () -> told.size() == 2);
          assertThat(told).containsExactly("1: ann came", "1: ann left");
        }
      });
    }

    @Test
    void c09_knowsReadersOfAStream() {
      simulate((app, host) -> {
        host.cast(stage -> {});
        try (var stream = host.stream()) {
          var iterator = stream.iterator();
          host.callEmit((stage, out) -> {
            out.emit(7);
            return null;
          });
          assertThat(iterator.next()).isEqualTo(7);
          assertThat(host.<Integer>call(stage -> stage.guests.size())).isEqualTo(1);
        }
      });
    }
  }

  @Nested
  class WhatItEmitsThen {
    /** Greets each consumer, by broadcast. */
    private static final class Greeter implements Stage.Producer<String>, ConsumerAware<String> {
      @Override
      public void onDemand(long demand, Outlet<String> out) {}

      @Override
      public void onConsumerSubscribed(Subscription to, Outlet<String> out) {
        out.emit("hello " + nameOf(to));
      }

      @Override
      public void onConsumerLeft(Subscription from, Outlet<String> out) {
        out.emit("bye " + nameOf(from));
      }
    }

    @Test
    void c09_isDelivered() {
      SimulatedRuntime.withSeeds(1, 20).run(simulated -> {
        var heard = new ArrayList<String>();
        try (var app = Supervisor.open("inn")) {
          var greeter = app.start(Stage.producer("greeter", Greeter::new)
              .withDispatcher(Dispatcher.broadcast()));
          app.start(Stage.consumer("ann", greeter, () -> (events, from) -> heard.addAll(events)));
          var bob = app.start(Stage.consumer("bob", greeter, () -> (events, from) -> {}));
          greeter.call(stage -> null);
          bob.stop();
          simulated.await("ann hears it", () -> heard.size() == 3);
          assertThat(heard).containsExactly("hello ann", "hello bob", "bye bob");
        }
      });
    }
  }

  @Nested
  class ANewIncarnation {
    @Test
    void c09_isToldOfThoseThatAreThere() {
      simulate((app, host) -> {
        guest(app, "ann", host);
        guest(app, "bob", host);
        host.call(stage -> null);
        host.kill();
        assertThat(host.<Integer>call(stage -> stage.incarnation)).isIn(1, 2);
        app.child("ann").stop();
        app.child("ann").join();
        assertThat(host.<Integer>call(stage -> stage.guests.size())).isEqualTo(1);
        assertThat(told).contains("2: bob came").doesNotContain("2: bob left");
      });
    }

    @Test
    void c09_isNotToldAgainOfWhatMadeTheOneBeforeCrash() {
      SimulatedRuntime.withSeeds(1, 20).run(simulated -> {
        var lives = new ArrayList<Integer>();
        /** Crashes when its first consumer leaves. */
        class Fragile implements Stage.Producer<Integer>, ConsumerAware<Integer> {
          @Override
          public void onStart(StageContext context) {
            lives.add(context.incarnation());
          }

          @Override
          public void onDemand(long demand, Outlet<Integer> out) {}

          @Override
          public void onConsumerLeft(Subscription from, Outlet<Integer> out) {
            throw new IllegalStateException("on purpose");
          }
        }
        try (var app = Supervisor.open("inn")) {
          ProducerRef<Integer, Fragile> fragile = app.start(Stage.producer("fragile", Fragile::new));
          var ann = guest(app, "ann", fragile);
          fragile.call(stage -> null);
          ann.stop();
          simulated.await("it is restarted", () -> lives.size() == 2);
          fragile.call(stage -> null);
          assertThat(lives).containsExactly(1, 2);
        }
      });
    }

    @Test
    void c09_afterAReplacementIsToldIfItWantsToKnow() {
      SimulatedRuntime.withSeeds(1, 20).run(simulated -> {
        told.clear();
        try (var app = Supervisor.open("inn")) {
          ProducerRef<Integer, Stage.Producer<Integer>> host = app.start(
              Stage.producer("host", Integer.class, () -> (demand, out) -> {}));
          guest(app, "ann", host);
          host.replace(Host::new);
          host.call(stage -> null);
          assertThat(told).containsExactly("2: ann came");
        }
      });
    }
  }

  @Nested
  class AProducerConsumer {
    private final class Inner implements Stage.ProducerConsumer<Integer, Integer>, ConsumerAware<Integer> {
      @Override
      public void onEvents(List<Integer> events, Inlet<Integer> from, Outlet<Integer> out) {
        out.emitAll(events);
      }

      @Override
      public void onSubscribe(Inlet<Integer> to) {
        told.add("to " + to.producer());
      }

      @Override
      public void onConsumerSubscribed(Subscription to, Outlet<Integer> out) {
        told.add("by " + nameOf(to));
      }
    }

    @Test
    void c09_isToldOfBothSides() {
      simulate((app, host) -> {
        var inner = app.start(Stage.producerConsumer("inner", host, Inner::new));
        guest(app, "ann", inner);
        inner.call(stage -> null);
        assertThat(told).contains("to inn/host", "by ann");
      });
    }
  }

  @Nested
  class AGenerator {
    private static final class Loop implements Stage.Generator<Integer>, ConsumerAware<Integer> {
      @Override
      public void generate(Outlet<Integer> out) {}
    }

    @Test
    void c09_isRefused() {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        try (var app = Supervisor.open("inn")) {
          assertThatThrownBy(() -> app.start(Stage.generator("loop", Loop::new)))
              .isInstanceOf(StageFailedException.class).cause().hasMessageContaining("stage inn/loop is a generator")
              .hasMessageContaining("make it a Stage.Producer");
        }
      });
    }
  }

  @Nested
  class UnderAnySchedule {
    /** Checks what it is told: each subscription once, and its end after it. */
    private static final class Doorman implements Stage.Producer<Integer>, ConsumerAware<Integer> {
      private final Set<Long> inside = new HashSet<>();
      private final Set<Long> gone = new HashSet<>();
      private final List<String> wrong;
      private int emitted;

      Doorman(List<String> wrong) {
        this.wrong = wrong;
      }

      @Override
      public void onDemand(long demand, Outlet<Integer> out) {
        for (long i = 0; i < Math.min(3, demand) && emitted < 100; i++, emitted++) out.emit(1);
      }

      @Override
      public void onConsumerSubscribed(Subscription to, Outlet<Integer> out) {
        if (!inside.add(to.id()) || gone.contains(to.id())) wrong.add(to.id() + " came twice");
      }

      @Override
      public void onConsumerLeft(Subscription from, Outlet<Integer> out) {
        if (!inside.remove(from.id()) || !gone.add(from.id())) wrong.add(from.id() + " left, and was not there");
      }
    }

    @Test
    void c09_theOnesItKnowsAreTheOnesThatAreThere() {
      int seeds = Integer.getInteger("stage.consumerAware.seeds", 200);
      SimulatedRuntime.withSeeds(1, seeds).with(CrashRule.anywhere(0.02)).run(simulated -> {
        var wrong = new ArrayList<String>();
        var spec = SupervisorSpec.of("inn").withIntensity(Intensity.of(1000));
        try (var app = Supervisor.open(spec)) {
          ProducerRef<Integer, Doorman> door = app.start(Stage.<Integer, Doorman>producer("door",
              () -> new Doorman(wrong)).withDispatcher(Dispatcher.demand()));
          var consumers = new ArrayList<ConsumerRef<Integer, ?>>();
          for (int i = 0; i < 3; i++)
            consumers.add(app.start(Stage.consumer("guest-" + i, Integer.class, () -> (events, from) -> {})));
          List<Subscription> open = new ArrayList<>();
          for (int i = 0; i < 20; i++) {
            if (open.isEmpty() || simulated.choose(2) == 0) {
              open.add(consumers.get(simulated.choose(3)).subscribeTo(SubscriptionSpec.to(door)
                  .withDemand(Demand.max(1 + simulated.choose(5))).withCancelPolicy(CancelPolicy.TEMPORARY)));
            } else {
              open.remove(simulated.choose(open.size())).cancel();
            }
            for (int steps = simulated.choose(10); steps > 0; steps--) simulated.pass();
          }
          Set<Long> there = new HashSet<>();
          for (Subscription each : open) there.add(each.id());
          simulated.await("the door counts them", () -> isKnown(door, there));
          assertThat(door.<Set<Long>>call(stage -> Set.copyOf(stage.inside))).isEqualTo(there);
          assertThat(wrong).isEmpty();
        }
      });
    }

    private static boolean isKnown(ProducerRef<Integer, Doorman> door, Set<Long> there) {
      Set<Long> open = new HashSet<>();
      for (var each : door.snapshot().outputs()) open.add(each.id());
      return open.equals(there);
    }
  }
}
