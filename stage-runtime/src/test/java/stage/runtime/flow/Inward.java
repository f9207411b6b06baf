package stage.runtime.flow;

import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import stage.api.ConsumerRef;
import stage.api.ConsumerSpec;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.ProducerConsumerRef;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StageRef;
import stage.api.StopReason;
import stage.behaviour.support.Await;

/** The ways in which a stage is a subscriber. */
enum Inward {
  /** A consumer. */
  CONSUMER {
    @Override
    Drain open(FlowTest test, Flow.Publisher<Integer> publisher, Demand demand, Sink sink) {
      var ref = test.noted(test.scope.start(sink.spec(test)));
      publisher.subscribe(ref.asSubscriber(demand));
      return new Drain(ref, ref, sink);
    }
  },
  /** A consumer that crashes at every third event, once. */
  CRASHING_CONSUMER {
    @Override
    Drain open(FlowTest test, Flow.Publisher<Integer> publisher, Demand demand, Sink sink) {
      sink.crashes = true;
      return CONSUMER.open(test, publisher, demand, sink);
    }
  },
  /** A producer made of the publisher, and a consumer behind it. */
  PRODUCER_STAGE {
    @Override
    Drain open(FlowTest test, Flow.Publisher<Integer> publisher, Demand demand, Sink sink) {
      var producer = test.noted(test.scope.start(Stage.fromPublisher(test.name("from-publisher"), publisher)));
      var spec = sink.spec(test);
      return new Drain(producer, test.noted(test.scope.start(spec.subscribeTo(producer, demand))), sink);
    }
  },
  /** A processor, and a consumer behind it. */
  PROCESSOR {
    @Override
    Drain open(FlowTest test, Flow.Publisher<Integer> publisher, Demand demand, Sink sink) {
      ProducerConsumerRef<Integer, Integer, ?> identity = test.noted(test.scope.start(Outward.identity(test, false)));
      var spec = sink.spec(test);
      var consumer = test.noted(test.scope.start(spec.subscribeTo(identity, Demand.max(1))));
      publisher.subscribe(identity.asProcessor(demand));
      return new Drain(identity, consumer, sink);
    }
  };

  /**
   * Where the events go.
   *
   * @param bridged the stage that is the subscriber
   * @param consumer the last stage
   * @param sink what has come there
   */
  record Drain(StageRef<?> bridged, ConsumerRef<Integer, Sink.Behaviour> consumer, Sink sink) {
    List<Integer> await(int count) throws InterruptedException {
      return Await.next(count, sink.handled, bridged, consumer);
    }

    /** {@return why the last stage has ended} */
    StopReason awaitEnd() throws InterruptedException {
      return Await.end(consumer);
    }
  }

  /** What a consumer has handled; survives its incarnations. */
  static final class Sink {
    final BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
    final BlockingQueue<Integer> entered = new LinkedBlockingQueue<>();
    private final Set<Integer> crashed = ConcurrentHashMap.newKeySet();
    private final Semaphore permits = new Semaphore(0);
    private volatile boolean holds;
    private volatile boolean crashes;

    /** Has each event wait for a {@link #release}. */
    Sink holding() {
      holds = true;
      return this;
    }

    void release() {
      holds = false;
      permits.release(1_000_000);
    }

    /** {@return the consumer; an event must not be given up because others beside it crash} */
    ConsumerSpec<Integer, Behaviour> spec(FlowTest test) {
      return Stage.consumer(test.name("consumer"), () -> new Behaviour(this)).withRedelivery(Redelivery.attempts(1000));
    }

    /** One incarnation. */
    static final class Behaviour implements Stage.Consumer<Integer> {
      private final Sink sink;
      private Inlet<Integer> inlet;

      Behaviour(Sink sink) {
        this.sink = sink;
      }

      Inlet<Integer> inlet() {
        return inlet;
      }

      @Override
      public void onSubscribe(Inlet<Integer> to) {
        inlet = to;
      }

      @Override
      public void onEvents(List<Integer> events, Inlet<Integer> from) throws InterruptedException {
        for (Integer event : events) {
          sink.entered.add(event);
          if (sink.holds) sink.permits.acquire();
          if (sink.crashes && event % 3 == 2 && sink.crashed.add(event))
            throw new FlowTest.OnPurpose("at event " + event);
          sink.handled.add(event);
          from.commit(1);
        }
      }
    }
  }

  abstract Drain open(FlowTest test, Flow.Publisher<Integer> publisher, Demand demand, Sink sink);

  final Drain open(FlowTest test, Flow.Publisher<Integer> publisher, Demand demand) {
    return open(test, publisher, demand, new Sink());
  }
}
