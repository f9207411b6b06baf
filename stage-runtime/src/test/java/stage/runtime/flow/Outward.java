package stage.runtime.flow;

import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Outlet;
import stage.api.ProducerConsumerSpec;
import stage.api.ProducerRef;
import stage.api.ProducerSpec;
import stage.api.Redelivery;
import stage.api.Restart;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;

/** The ways in which a stage is a publisher, each of the numbers from 0. */
enum Outward {
  /** A producer. */
  PRODUCER {
    @Override
    Source open(FlowTest test, long elements) {
      return Source.of(test.noted(test.scope.start(numbers(test, elements, false))));
    }
  },
  /** A producer that crashes before every third event, once. */
  CRASHING_PRODUCER {
    @Override
    Source open(FlowTest test, long elements) {
      return Source.of(test.noted(test.scope.start(numbers(test, elements, true))));
    }
  },
  /** A producer that broadcasts. */
  BROADCASTER {
    @Override
    Source open(FlowTest test, long elements) {
      return Source
          .of(test.noted(test.scope.start(numbers(test, elements, false).withDispatcher(Dispatcher.broadcast()))));
    }
  },
  /** A generator. */
  GENERATOR {
    @Override
    Source open(FlowTest test, long elements) {
      ProducerSpec<Integer, Stage.Generator<Integer>> spec = Stage.generator(test.name("generator"), () -> out -> {
        for (long i = 0; i < elements; i++) out.emit((int) i);
      });
      return Source.of(test.noted(test.scope.start(spec)));
    }
  },
  /** A producer-consumer behind a producer; it crashes at every third event, once. */
  CRASHING_PRODUCER_CONSUMER {
    @Override
    Source open(FlowTest test, long elements) {
      var numbers = test.noted(test.scope.start(numbers(test, elements, false)));
      return new Source(numbers,
          test.noted(test.scope.start(identity(test, true).subscribeTo(numbers, Demand.max(2)))));
    }
  },
  /** A consumer made of the subscriber; there is one for each that subscribes. */
  CONSUMER_STAGE {
    @Override
    Source open(FlowTest test, long elements) {
      var numbers = test.noted(test.scope.start(numbers(test, elements, false)));
      return new Source(numbers, subscriber -> test.scope.start(
          Stage.toSubscriber(test.name("to-subscriber"), Objects.requireNonNull(subscriber)).subscribeTo(numbers)));
    }
  },
  /** A processor, subscribed to a producer. */
  PROCESSOR {
    @Override
    Source open(FlowTest test, long elements) {
      var numbers = test.noted(test.scope.start(numbers(test, elements, false)));
      Flow.Processor<Integer, Integer> processor =
          test.noted(test.scope.start(identity(test, false))).asProcessor(Demand.max(10));
      numbers.subscribe(processor);
      return new Source(numbers, processor);
    }
  };

  /**
   * The numbers, and how they get out.
   *
   * @param root the stage that makes them
   * @param publisher what publishes them
   */
  record Source(ProducerRef<Integer, ?> root, Flow.Publisher<Integer> publisher) {
    static Source of(ProducerRef<Integer, ?> root) {
      return new Source(root, root);
    }

    /** Ends them well. */
    void complete() {
      root.stop();
    }

    /** Ends them with a {@link FlowTest.ForGood}. */
    void fail() throws InterruptedException {
      root.cast(behaviour -> {
        throw new FlowTest.ForGood();
      });
    }
  }

  abstract Source open(FlowTest test, long elements);

  /** {@return a source that has no end} */
  final Source endless(FlowTest test) {
    return open(test, Long.MAX_VALUE);
  }

  private static ProducerSpec<Integer, Numbers> numbers(FlowTest test, long elements, boolean crashing) {
    Set<Long> crashed = crashing ? ConcurrentHashMap.newKeySet() : null;
    return Stage.producer(test.name("numbers"), () -> new Numbers(elements, crashed)).withRestart(Restart.TRANSIENT);
  }

  static ProducerConsumerSpec<Integer, Integer, Stage.ProducerConsumer<Integer, Integer>> identity(FlowTest test,
      boolean crashing) {
    Set<Integer> crashed = ConcurrentHashMap.newKeySet();
    ProducerConsumerSpec<Integer, Integer, Stage.ProducerConsumer<Integer, Integer>> spec =
        Stage.producerConsumer(test.name("identity"), () -> (events, from, out) -> {
      for (Integer event : events) {
        if (crashing && event % 3 == 2 && crashed.add(event)) throw new FlowTest.OnPurpose("at event " + event);
        out.emit(event);
      }
    });
    return spec.withRedelivery(Redelivery.attempts(1000));
  }

  /** Emits numbers, and crashes before every third, once, if it is given where to note that. */
  static final class Numbers implements Stage.Producer<Integer> {
    private final long elements;
    private final Set<Long> crashed;
    private StageContext context;
    private State<Long> next;

    Numbers(long elements, Set<Long> crashed) {
      this.elements = elements;
      this.crashed = crashed;
    }

    @Override
    public void onStart(StageContext context) {
      this.context = context;
      next = context.state(0L);
    }

    @Override
    public void onDemand(long demand, Outlet<Integer> out) {
      long number = next.value();
      for (long i = 0; i < demand && number < elements; i++) {
        if (crashed != null && number % 3 == 2 && !crashed.contains(number)) {
          if (i == 0) {
            crashed.add(number);
            throw new FlowTest.OnPurpose("before event " + number);
          }
          context.wakeUp();
          break;
        }
        out.emit((int) number++);
      }
      next.set(number);
      if (number >= elements) out.complete();
    }
  }
}
