package stage.runtime.flow;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import stage.api.CancelPolicy;
import stage.api.ConsumerSpec;
import stage.api.Demand;
import stage.api.ProducerRef;
import stage.api.ProducerSpec;
import stage.api.Stage;
import stage.api.StageEndedException;
import stage.api.StopReason;
import stage.api.SubscriptionSpec;
import stage.api.internal.Description;
import stage.runtime.engine.Bridges;
import stage.runtime.engine.Cell;
import stage.runtime.engine.Handshake;
import stage.runtime.time.Time;

/**
 * Makes the bridges. Each one that others hold is a companion of the stage at its end: a cell of its own, in the same
 * scope.
 */
public final class FlowBridges implements Bridges {
  /**
   * A subscriber and its producer; told from others by who they are, so that no user code is run (rule 1.10).
   */
  private record Subscribed(Cell<?> producer, Flow.Subscriber<?> subscriber) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Subscribed it && it.producer == producer && it.subscriber == subscriber;
    }

    @Override
    public int hashCode() {
      return 31 * System.identityHashCode(producer) + System.identityHashCode(subscriber);
    }
  }

  private final Map<Subscribed, SubscriberLink<?>> subscribed = new ConcurrentHashMap<>();   // those that are there now
  private final AtomicLong numbers = new AtomicLong();

  /** For {@link java.util.ServiceLoader}. */
  public FlowBridges() {}

  @Override
  public Stage.Behaviour behaviourOf(Description described) {
    return switch (described) {
      case Description.FromPublisher<?>(var publisher) -> PublisherBehaviour.from(publisher);
      case Description.ToSubscriber<?> to -> deliveries(to);
      case Description.Collecting<?, ?, ?> collecting -> CollectorBehaviour.by(collecting);
      case Description.PerEvent perEvent -> throw new IllegalArgumentException("perEvent is a role, and no bridge");
      case Description.MapConcurrent map ->
          throw new IllegalArgumentException("mapConcurrent is a role, and no bridge");
    };
  }

  private static <I> Stage.Behaviour deliveries(Description.ToSubscriber<I> to) {
    return new SubscriberBehaviour<>(() -> new SubscriberLink<>(to.take(), over -> {}));
  }

  // ---- out: a consumer for each subscriber

  @Override
  public <O> void subscribe(Cell<?> producer, SubscriptionSpec<O> how, Flow.Subscriber<? super O> subscriber) {
    subscribe(producer, how, subscriber, () -> {});
  }

  /**
   * As {@link #subscribe(Cell, SubscriptionSpec, Flow.Subscriber)}; runs something, at least once, when the
   * subscription is over.
   */
  private <O> void subscribe(Cell<?> producer, SubscriptionSpec<O> how, Flow.Subscriber<? super O> subscriber,
      Runnable whenOver) {
    var key = new Subscribed(producer, subscriber);
    var link = new SubscriberLink<O>(subscriber, over -> {
      subscribed.remove(key, over);   // and not the one that may have come after it
      whenOver.run();
    });
    SubscriberLink<?> before = subscribed.putIfAbsent(key, link);
    if (before != null) {
      before.refuse(new StopReason.Crashed(
          new IllegalStateException("the subscriber has subscribed to " + producer.path()
              + " twice, but must do so once only (Reactive Streams rule 1.10)")));
      whenOver.run();
    } else if (producer.isAlive()) {
      try {
        connect(producer, how, link);
      } catch (Throwable failure) {   // such as a full heap: the subscriber may come again
        subscribed.remove(key, link);
        throw failure;
      }
    } else {
      link.reject(producer, endOf(producer));
    }
  }

  private <O> void connect(Cell<?> producer, SubscriptionSpec<O> how, SubscriberLink<O> link) {
    ConsumerSpec<O, SubscriberBehaviour<O>> spec =
        Stage.consumer("subscriber-" + numbers.incrementAndGet(), () -> new SubscriberBehaviour<>(() -> link));
    StopReason refused = startFor(producer, spec, how, link::refuse);
    if (refused != null) link.reject(producer, refused);
  }

  /**
   * Starts a consumer for one subscription.
   *
   * @param refusal is told, before the consumer is stopped, that it could not subscribe
   * @return why it could not be started; null if it was
   */
  private <O> StopReason startFor(Cell<?> producer, ConsumerSpec<O, ?> spec, SubscriptionSpec<O> how,
      Consumer<StopReason> refusal) {
    boolean[] started = {false};
    try {
      producer.owner().supervision().startCompanion(
          owner -> Cell.of(spec, producer.path(), producer.graph(), owner), cell -> {
        started[0] = true;
        try {
          Handshake.subscribe(cell, how);
        } catch (RuntimeException refused) {
          refusal.accept(endOf(producer, refused));
          throw refused;
        }
      });
      return null;
    } catch (RuntimeException refused) {
      return started[0] ? null : endOf(producer, refused);
    }
  }

  private static StopReason endOf(Cell<?> producer, RuntimeException refused) {
    return producer.isAlive() ? new StopReason.Crashed(refused) : endOf(producer);
  }

  /** {@return how it ends for a subscriber that comes after the end} */
  private static StopReason endOf(Cell<?> producer) {
    StopReason reason = producer.endReason();
    boolean isAnEnd = reason instanceof StopReason.Completed || reason instanceof StopReason.Crashed
        || reason instanceof StopReason.ProducerFailed;
    return isAnEnd ? reason : new StopReason.Crashed(new StageEndedException(producer.path(), reason));
  }

  @Override
  public <O> Stream<O> stream(Cell<?> producer, SubscriptionSpec<O> how) {
    Time time = producer.graph().time();
    var puller = new StreamReader<O>(producer.path(), time.permits(0), time.permits(0), reader -> {
      producer.ensureForeignThread("reading a stream");
      producer.ensureBegun("reading a stream");
      if (producer.isAlive()) begin(producer, how, reader);
      else reader.over(endOf(producer));
    });
    return new ClosingStream<>(StreamSupport.stream(puller, false).onClose(puller::close));
  }

  private <O> void begin(Cell<?> producer, SubscriptionSpec<O> how, StreamReader<O> reader) {
    ConsumerSpec<O, Stage.Consumer<O>> spec = Stage.consumer("stream-" + numbers.incrementAndGet(), reader::consumer);
    StopReason refused = startFor(producer, spec, how, reader::over);
    if (refused != null) reader.over(refused);
  }

  // ---- in: a producer for each publisher

  @Override
  public <I> Flow.Subscriber<I> subscriber(Cell<?> consumer, Demand demand, CancelPolicy policy) {
    return upstream(consumer, demand, policy);
  }

  @SuppressWarnings("unchecked")   // a cell's handle is of the interface that fits the spec
  private <I> Upstream<I> upstream(Cell<?> consumer, Demand demand, CancelPolicy policy) {
    var upstream = new Upstream<I>();
    ProducerSpec<I, PublisherBehaviour<I>> spec =
        Stage.producer("publisher-" + numbers.incrementAndGet(), () -> PublisherBehaviour.through(upstream));
    consumer.owner().supervision().startCompanion(owner -> {
      Cell<PublisherBehaviour<I>> cell = Cell.of(spec, consumer.path(), consumer.graph(), owner);
      cell.endWithItsConsumer();
      return cell;
    }, cell -> {
      var ref = (ProducerRef<I, PublisherBehaviour<I>>) (Object) cell.ref();
      Handshake.subscribe(consumer, SubscriptionSpec.to(ref).withDemand(demand).withCancelPolicy(policy));
    });
    return upstream;
  }

  @Override
  public <I, O> Flow.Processor<I, O> processor(Cell<?> stage, Demand demand, SubscriptionSpec<O> how) {
    Upstream<I> input = upstream(stage, demand, CancelPolicy.TRANSIENT);
    return new StageProcessor<I, O>(input, (subscriber, whenOver) -> subscribe(stage, how, subscriber, whenOver));
  }
}
