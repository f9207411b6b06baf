package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import stage.api.CancelPolicy;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.ProducerRef;
import stage.api.Restart;
import stage.api.Stage;
import stage.api.SubscriptionSpec;
import stage.api.observe.Explanation;
import stage.api.observe.Finding;
import stage.api.supervision.Backoff;
import stage.api.supervision.Intensity;
import stage.api.supervision.Strategy;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Numbers;
import stage.runtime.testkit.SimulatedRuntime;
import stage.runtime.testkit.SimulationFailed;

/** Stalls with no user code in them, made on purpose in simulated time: the explanation names the right culprit. */
class SimulatedStallTest {
  private static final Duration MINUTES = Duration.ofMinutes(5);
  private static final Demand FEW = Demand.max(4);
  private static final int TRIES = 10;
  private static final String GONE = "is gone";

  private static ProducerRef<Integer, ?> numbers(Supervisor shop) {
    return shop.start(Stage.producer("numbers", Numbers::new));
  }

  private static ProducerRef<Integer, ?> numbers(Supervisor shop, Dispatcher<Integer> dispatcher) {
    return shop.start(Stage.producer("numbers", Numbers::new).withDispatcher(dispatcher));
  }

  private static ProducerRef<Integer, ?> silent(Supervisor shop) {
    return shop.start(Stage.producer("silent", () -> (Stage.Producer<Integer>) (demand, out) -> {}));
  }

  private static ProducerRef<Integer, ?> parse(Supervisor shop, ProducerRef<Integer, ?> from) {
    return shop.start(Stage.producerConsumer("parse", from, () ->
        (Stage.ProducerConsumer<Integer, Integer>) (events, inlet, out) -> out.emitAll(events)).withDemand(FEW));
  }

  private static ConsumerRef<Integer, ?> taker(Supervisor shop, String name, ProducerRef<Integer, ?> from) {
    return shop.start(Stage.consumer(name, from, () -> (events, inlet) -> {}).withDemand(FEW));
  }

  /** Crashes with whatever it gets. */
  private static final class Crashing implements Stage.Consumer<Integer> {
    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {
      throw new IllegalStateException("the database " + GONE);
    }
  }

  /** Each says whom it makes the culprit, why, and who suffers. */
  enum Stall {
    X03_A_CONSUMER_THAT_FORGOT_TO_REQUEST("shop/by-hand", Finding.Kind.NOT_REQUESTED, "shop/numbers") {
      @Override
      void begin(Supervisor shop) {
        shop.start(Stage.consumer("by-hand", numbers(shop), () -> (events, from) -> {}).withDemand(Demand.manual()));
      }
    },
    X04_A_PAUSED_CONSUMER("shop/writer", Finding.Kind.PAUSED, "shop/numbers") {
      @Override
      void begin(Supervisor shop) {
        taker(shop, "writer", numbers(shop)).pause();
      }
    },
    X05_A_CONSUMER_THAT_BACKS_OFF("shop/writer", Finding.Kind.BACKING_OFF, "shop/numbers") {
      @Override
      void begin(Supervisor shop) {
        shop.start(Stage.consumer("writer", numbers(shop), Crashing::new).withDemand(FEW));
      }
    },
    X08_A_CONSUMER_OF_NOBODY("shop/writer", Finding.Kind.NO_SUBSCRIPTION) {
      @Override
      void begin(Supervisor shop) {
        shop.start(Stage.consumer("writer", () -> (Stage.Consumer<Integer>) (events, from) -> {}));
      }
    },
    X09_A_PRODUCER_FOR_NOBODY("shop/numbers", Finding.Kind.NOBODY_SUBSCRIBES) {
      @Override
      void begin(Supervisor shop) {
        numbers(shop);
      }
    },
    X10_A_SILENT_SOURCE("shop/silent", Finding.Kind.SOURCE_SILENT, "shop/writer", "shop/parse") {
      @Override
      void begin(Supervisor shop) {
        taker(shop, "writer", parse(shop, silent(shop)));
      }
    },
    X13_A_PARTITION_THAT_NOBODY_TAKES("shop/numbers", Finding.Kind.UNCLAIMED_PARTITION, "shop/even") {
      @Override
      void begin(Supervisor shop) {
        ProducerRef<Integer, ?> numbers = numbers(shop, BY_PARITY);
        shop.start(Stage.consumer("even", SubscriptionSpec.to(numbers).withPartition("even").withDemand(FEW), () ->
            (events, from) -> {}));
      }
    },
    X19_A_FOREIGN_SUBSCRIBER_THAT_REQUESTS_NOTHING("shop/outside", Finding.Kind.SUBSCRIBER_SILENT, "shop/numbers") {
      @Override
      void begin(Supervisor shop) {
        shop.start(Stage.toSubscriber("outside", numbers(shop), new Flow.Subscriber<Integer>() {
          @Override
          public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(3);
          }

          @Override
          public void onNext(Integer item) {}

          @Override
          public void onError(Throwable throwable) {}

          @Override
          public void onComplete() {}
        }));
      }
    },
    X31_A_PAUSED_PRODUCER("shop/numbers", Finding.Kind.PAUSED, "shop/writer", "shop/parse") {
      @Override
      void begin(Supervisor shop) {
        ProducerRef<Integer, ?> numbers = numbers(shop);
        taker(shop, "writer", parse(shop, numbers));
        numbers.pause();
      }
    },
    X32_A_PRODUCER_THAT_BACKS_OFF("shop/numbers", Finding.Kind.BACKING_OFF, "shop/writer") {
      @Override
      void begin(Supervisor shop) {
        taker(shop, "writer", shop.start(Stage.producer("numbers", () -> (Stage.Producer<Integer>) (demand, out) -> {
          throw new IllegalStateException("the queue " + GONE);
        })));
      }
    },
    X33_A_BROADCAST_OF_WHICH_ONE_IS_PAUSED("shop/lazy", Finding.Kind.PAUSED, "shop/eager", "shop/numbers") {
      @Override
      void begin(Supervisor shop) {
        ProducerRef<Integer, ?> numbers = numbers(shop, Dispatcher.broadcast());
        taker(shop, "eager", numbers);
        taker(shop, "lazy", numbers).pause();
      }
    },
    X34_A_FULL_PARTITION_WHOSE_CONSUMER_IS_PAUSED("shop/odd", Finding.Kind.PAUSED, "shop/even", "shop/numbers") {
      @Override
      void begin(Supervisor shop) {
        ProducerRef<Integer, ?> numbers = numbers(shop, BY_PARITY);
        for (String parity : List.of("even", "odd")) {
          ConsumerRef<Integer, ?> taker = shop.start(Stage.consumer(parity,
              SubscriptionSpec.to(numbers).withPartition(parity).withDemand(FEW), () -> (events, from) -> {}));
          if (parity.equals("odd")) taker.pause();
        }
      }
    },
    X35_A_STEP_IN_THE_MIDDLE_WITH_NO_CONSUMER("shop/parse", Finding.Kind.NOBODY_SUBSCRIBES, "shop/numbers") {
      @Override
      void begin(Supervisor shop) {
        parse(shop, numbers(shop));
      }
    },
    X36_A_GROUP_THAT_WAITS_FOR_THE_ONE_THAT_CRASHED("shop/group/writer", Finding.Kind.HELD, "shop/group/numbers") {
      @Override
      void begin(Supervisor shop) {
        Supervisor group = shop.start(SupervisorSpec.of("group").withStrategy(Strategy.ONE_FOR_ALL)
            .withIntensity(Intensity.of(9)).withBackoff(Backoff.exponential(MINUTES, MINUTES)));
        group.start(Stage.consumer("writer", numbers(group), Crashing::new).withDemand(FEW));
      }
    },
    X37_A_CONSUMER_WHOSE_PRODUCER_IS_GONE("shop/writer", Finding.Kind.NO_SUBSCRIPTION) {
      @Override
      void begin(Supervisor shop) {
        ProducerRef<Integer, ?> silent = silent(shop);
        shop.start(Stage.consumer("writer", SubscriptionSpec.to(silent).withCancelPolicy(CancelPolicy.TEMPORARY), () ->
            (events, from) -> {}));
        silent.stop();
      }

      @Override
      String words() {
        return "is subscribed to no producer any more: `shop/silent` has ended";
      }
    },
    X44_A_CONSUMER_WHOSE_PRODUCER_HAS_FAILED("shop/writer", Finding.Kind.NO_SUBSCRIPTION) {
      @Override
      void begin(Supervisor shop) {
        ProducerRef<Integer, ?> numbers = shop.start(Stage.producer("numbers", () -> (Stage.Producer<Integer>)
            (demand, out) -> {
              throw new IllegalStateException("the queue " + GONE);
            }).withRestart(Restart.TEMPORARY));
        shop.start(Stage.consumer("writer", SubscriptionSpec.to(numbers).withCancelPolicy(CancelPolicy.TEMPORARY),
            () -> (events, from) -> {}));
      }

      @Override
      String words() {
        return "is subscribed to no producer any more: `shop/numbers` has failed";
      }
    },
    X45_A_PRODUCER_WHOSE_CONSUMER_IS_GONE("shop/numbers", Finding.Kind.NOBODY_SUBSCRIBES) {
      @Override
      void begin(Supervisor shop) {
        shop.start(Stage.consumer("writer", numbers(shop), Crashing::new).withRestart(Restart.TEMPORARY));
      }

      @Override
      String words() {
        return "has no consumer any more: `shop/writer` was the last to leave";
      }
    },
    X38_ONE_OF_TWO_INPUTS_THAT_IS_SILENT_WHILE_THE_OTHER_IS_PAUSED("shop/silent", Finding.Kind.SOURCE_SILENT,
        "shop/both") {
      @Override
      void begin(Supervisor shop) {
        ProducerRef<Integer, ?> numbers = numbers(shop);
        shop.start(Stage.consumer("both", () -> (Stage.Consumer<Integer>) (events, from) -> {})
            .subscribeTo(silent(shop), FEW).subscribeTo(numbers, FEW));
        numbers.pause();
      }

      @Override
      int culprits() {
        return 2;   // either of them could let it go on
      }
    };

    private static final Dispatcher<Integer> BY_PARITY =
        Dispatcher.partition(List.of("even", "odd"), event -> event % 2 == 0 ? "even" : "odd");

    private final String culprit;
    private final Finding.Kind kind;
    private final List<String> victims;

    Stall(String culprit, Finding.Kind kind, String... victims) {
      this.culprit = culprit;
      this.kind = kind;
      this.victims = List.of(victims);
    }

    abstract void begin(Supervisor shop);

    int culprits() {
      return 1;
    }

    /** {@return whether nothing happens any more, ever: it moves neither by itself nor by a timer} */
    boolean isForEver() {
      return kind != Finding.Kind.BACKING_OFF && kind != Finding.Kind.HELD;
    }

    boolean isNamed(Finding finding) {
      return finding instanceof Finding.RootCause cause && cause.culprit().equals(culprit) && cause.kind() == kind
          && cause.victims().stream().map(Finding.Victim::stage).toList().equals(victims)
          && cause.sentence().contains("`" + culprit + "` " + words());
    }

    String words() {
      return switch (kind) {
        case NOT_REQUESTED -> "asks for events by hand, and has not requested any for ";
        case PAUSED -> "has been paused for ";
        case BACKING_OFF -> "backs off for another 4 min 59 s, until its restart, after "
            + "java.lang.IllegalStateException in on";
        case NO_SUBSCRIPTION -> "is subscribed to no producer";
        case NOBODY_SUBSCRIBES -> "has no consumer";
        case SOURCE_SILENT -> "has had nothing to emit for ";
        case UNCLAIMED_PARTITION -> "has events for partition \"odd\", which no consumer has subscribed to";
        case SUBSCRIBER_SILENT -> "serves a subscriber that has requested nothing for ";
        case HELD -> "waits for the restart of its group after java.lang.IllegalStateException in onEvents";
        default -> throw new AssertionError(kind);
      };
    }
  }

  private static Supervisor open() {
    return Supervisor.open(SupervisorSpec.of("shop").withIntensity(Intensity.of(9))
        .withBackoff(new Backoff(MINUTES, MINUTES, 0)));
  }

  /** It takes some time until everybody stands where they are going to. */
  private static Explanation explain(Supervisor shop, Stall stall) {
    Explanation last = shop.explain();
    for (int i = 0; i < TRIES && last.findings().stream().noneMatch(stall::isNamed); i++) last = shop.explain();
    assertThat(last.findings()).as("%s", last).anyMatch(stall::isNamed).hasSize(stall.culprits());
    assertThat(last.toString()).as("messages of exceptions").doesNotContain(GONE);
    String others = stall.victims.size() == 2 ? "; 1 more waits for it" : "";
    assertThat(last.findings().stream().filter(stall::isNamed).findFirst().orElseThrow().sentence()).endsWith(others);
    return last;
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void isExplained(Stall stall) {
    SimulatedRuntime.withSeed(1).run(simulated -> {
      try (Supervisor shop = open()) {
        stall.begin(shop);
        explain(shop, stall);
        shop.drain(Duration.ofMillis(100));
      }
    });
  }

  /** What the report of a simulation says that stands still. */
  @ParameterizedTest(name = "{0}")
  @EnumSource
  void isExplainedInTheSameWordsWhereASimulationStandsStill(Stall stall) {
    if (!stall.isForEver()) return;
    var explained = new Explanation[1];
    SimulationFailed failed = catchThrowableOfType(SimulationFailed.class, () ->
        SimulatedRuntime.withSeed(1).run(simulated -> {
          try (Supervisor shop = open()) {
            stall.begin(shop);
            explained[0] = explain(shop, stall);
            shop.join();   // forever
          }
        }));

    assertThat(timeless(failed.getMessage())).contains("nothing can go on")
        .contains(explained[0].findings().stream().map(finding -> timeless(finding.sentence())).toList());
  }

  private static String timeless(String text) {
    return text.replaceAll("[0-9.]+ (ms|s|min|h)\\b", "T");
  }
}
