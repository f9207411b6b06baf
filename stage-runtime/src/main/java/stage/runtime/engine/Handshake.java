package stage.runtime.engine;

import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.ProducerRef;
import stage.api.StopReason;
import stage.api.Subscription;
import stage.api.SubscriptionRefusedException;
import stage.api.SubscriptionSnapshot;
import stage.api.SubscriptionSpec;
import stage.runtime.lane.Ending;
import stage.runtime.lane.Lane;
import stage.runtime.mailbox.Signals;
import stage.runtime.time.Uninterruptibly;

/**
 * How one cell subscribes to another: everything is checked before anything is changed, and when the call returns both
 * know of the lane between them. Any thread.
 */
public final class Handshake {
  private static final Route<Cell<?>> ROUTE = new Route<>(new Route.Edges<>() {
    @Override
    public List<Cell<?>> from(Cell<?> cell) {
      return cell.consumers();
    }
  }, new Route.Edges<>() {
    @Override
    public List<Cell<?>> from(Cell<?> cell) {
      return cell.producers();
    }
  });

  private Handshake() {}

  /**
   * Subscribes one cell to another. Waits until the consumer has started, if it has not.
   *
   * @param consumer the cell that wants events
   * @param subscription to which producer, and how
   * @return to cancel it
   * @throws SubscriptionRefusedException as {@link stage.api.ConsumerRef#subscribeTo(stage.api.Subscribable)}
   */
  public static Subscription subscribe(Cell<?> consumer, SubscriptionSpec<?> subscription) {
    awaitFirstStart(consumer);
    return make(consumer, subscription);
  }

  /** Waits until it is known how its behaviour takes events: with its first incarnation. */
  private static void awaitFirstStart(Cell<?> consumer) {
    if (consumer.lifecycle().started().isReached() || consumer.driver().isCurrent()) return;
    Uninterruptibly.await(
        StartWait.noted(consumer, consumer.lifecycle().started(), consumer.graph(), "subscribeTo()"));
  }

  /**
   * Makes the subscriptions that a stage's spec names. The stage calls it on its own thread after its first start.
   *
   * <p>Under one lock, which ending a subscription needs too: if the first completed before the second is made, it was
   * not the last.
   */
  static void subscribeAsSpecified(Cell<?> cell) {
    List<? extends SubscriptionSpec<?>> subscriptions = cell.takeSubscriptions();
    if (subscriptions.isEmpty()) return;
    List<Made<?>> made = new ArrayList<>(subscriptions.size());
    cell.graph().lock().lock();
    try {
      for (SubscriptionSpec<?> subscription : subscriptions) made.add(connect(cell, subscription));
    } finally {
      cell.graph().lock().unlock();
    }
    for (Made<?> each : made) each.logIfTooLate(cell);
  }

  /**
   * A subscription that was made.
   *
   * @param inlet its consumer's end
   * @param handle for users
   * @param isOver whether the producer had completed before
   */
  private record Made<E>(LaneInlet<E> inlet, Handle handle, boolean isOver) {
    /** Not under the lock: a logger is user code. */
    void logIfTooLate(Cell<?> consumer) {
      if (!isOver || consumer.graph().time().isQuiet()) return;
      consumer.logger().log(System.Logger.Level.INFO,
          "stage " + consumer.path() + " gets no events of " + inlet.producer()
          + ", which had completed before it subscribed");
    }
  }

  /** {@return the cells that get events from this one, directly or through others} Any thread. */
  public static Set<Cell<?>> downstreamOf(Cell<?> cell) {
    return ROUTE.downstreamOf(cell);
  }

  /** As {@link #subscribe}, without waiting: of a cell that has started, or that nothing else is to happen to yet. */
  static Subscription make(Cell<?> consumer, SubscriptionSpec<?> asked) {
    Made<?> made = connect(consumer, asked);
    made.logIfTooLate(consumer);
    return made.handle();
  }

  private static <E> Made<E> connect(Cell<?> consumer, SubscriptionSpec<E> asked) {
    // A gated consumer asks by itself: for what it is permitted to take, within the bounds of the demand.
    SubscriptionSpec<E> spec = consumer.isGated()
        ? asked.withDemand(new Demand(asked.demand().max(), asked.demand().min(), true)) : asked;
    Cell<?> producer = cellOf(consumer, spec.producer());
    @SuppressWarnings("unchecked")
    var half = (ProducerHalf<E>) producer.producerHalf();
    ensureFits(consumer, producer, half.dispatch(), spec);
    SubscriptionGraph graph = consumer.graph();
    Made<E> made;
    boolean isWokenByInit;
    graph.lock().lock();
    try {
      if (half.isClosed()) ensureMissedNothing(consumer, producer, half);
      if (consumer.consumerHalf().isClosed()) throw refusedForClosed(consumer, producer);
      ensureRoom(consumer, producer, half);
      if (!spec.cycleAllowed()) ensureNoCycle(consumer, producer);
      var lane = new Lane<>(graph.nextSubscriptionId(), spec, producer, consumer);
      var inlet = new LaneInlet<E>(lane, consumer.consumerHalf());
      made = new Made<>(inlet, new Handle(inlet), half.isClosed());
      join(half, lane, consumer.consumerHalf(), inlet);
      isWokenByInit = half.isWokenByInit();   // after the lane is there: the end of the init is followed by a wake-up
    } finally {
      graph.lock().unlock();
    }
    VarHandle.fullFence();   // pairs with the announcements of both drivers
    if (!isWokenByInit) producer.driver().wake();
    consumer.driver().wake();
    if (made.isOver()) consumer.signals().set(Signals.INPUT_ENDED);   // there is no producer any more that would
    return made;
  }

  /** Both ends know of the lane, or none if this throws, on a full heap. Under the lock. */
  private static <E> void join(ProducerHalf<E> half, Lane<E> lane, ConsumerHalf input, LaneInlet<E> inlet) {
    Ending ending = half.endingOfLateOnes();
    half.joins(lane);
    input.joins(inlet);
    Roster.addToBoth(half.roster(), lane, input.roster(), inlet);
    if (ending != null) lane.end(ending);   // from here on, nothing takes memory
    else lane.noticeToProducer();
    lane.noticeToConsumer();
  }

  /** One that has completed has nothing left for anybody; only those that get everything have missed something. */
  private static void ensureMissedNothing(Cell<?> consumer, Cell<?> producer, ProducerHalf<?> half) {
    if (!(producer.endReason() instanceof StopReason.Completed)) {
      throw refusedForEnd(consumer, producer, "it", producer.endReason());
    }
    if (half.dispatch() instanceof Dispatcher.Broadcast && half.counts().emitted() > 0) {
      throw refused(consumer, producer,
          "it has completed, and a broadcast is not repeated; start its consumers before it begins: give it"
          + " awaitingConsumers(n), or start them all in the init of Supervisor.open(spec, init)");
    }
  }

  private static void ensureRoom(Cell<?> consumer, Cell<?> producer, ProducerHalf<?> half) {
    int most = producer.owner().services().maxSubscribers();
    int there = half.laneCount();
    if (there < most) return;
    // Those that leave are there until the producer has taken note, which may be busy. They take no room of others, but
    // must not pile up.
    if (there < 2L * most && half.staying() < most) return;
    throw refused(consumer, producer, "it may have " + most + " subscribers at most (maxSubscribers) and has that many"
        + " already; SupervisorSpec.withMaxSubscribers(n) of its scope allows more");
  }

  private static SubscriptionRefusedException refusedForClosed(Cell<?> consumer, Cell<?> producer) {
    return consumer.endReason() instanceof StopReason.Completed
        ? refused(consumer, producer, afterLastSubscription())
        : refusedForEnd(consumer, producer, "the consumer itself", consumer.endReason());
  }

  private static SubscriptionRefusedException refusedForEnd(Cell<?> consumer, Cell<?> producer, String who,
      StopReason reason) {
    Throwable cause = null;
    if (reason instanceof StopReason.Crashed crashed) cause = crashed.cause();
    else if (reason instanceof StopReason.ProducerFailed failed) cause = failed.cause();
    SubscriptionRefusedException refused = refused(consumer, producer, who + " has ended: " + reason);
    if (cause != null) refused.initCause(cause);   // and is not asked for its text under the lock
    return refused;
  }

  private static String afterLastSubscription() {
    return "the consumer itself has ended, with the last of its subscriptions; to outlive them, it needs"
        + " CancelPolicy.TEMPORARY on each";
  }

  private record Handle(LaneInlet<?> inlet) implements Subscription {
    @Override
    public long id() {
      return inlet.id();
    }

    @Override
    public void cancel() {
      inlet.askToCancel();
    }

    @Override
    public SubscriptionSnapshot snapshot() {
      return inlet.lane().snapshot();
    }

    @Override
    public String toString() {
      return "subscription " + inlet.id() + " to " + inlet.lane().producer().path();
    }
  }

  private static Cell<?> cellOf(Cell<?> consumer, ProducerRef<?, ?> ref) {
    if (ref instanceof CellRef<?> known) return known.cell();
    throw new SubscriptionRefusedException(consumer.path(), ref.path(),
        "its handle was not made by this runtime, but is a " + ref.getClass().getName());
  }

  private static void ensureFits(Cell<?> consumer, Cell<?> producer, Dispatcher<?> dispatch, SubscriptionSpec<?> spec) {
    if (spec.demand().isManual() && consumer.incarnations().tasks() != null) {
      throw refused(consumer, producer,
          "a stage that hands each event to a thread of its own requests by itself; use Demand.max(n)");
    }
    if (dispatch instanceof Dispatcher.Partition<?> partition) {
      if (spec.partition().isEmpty()) {
        throw refused(consumer, producer, "it has partitions, so name one with withPartition(…); " + there(partition));
      }
      if (!producer.producerHalf().hasPartition(spec.partition().get())) {
        throw refused(consumer, producer,
            "it has no partition \"" + spec.partition().get() + "\"; " + there(partition));
      }
    } else if (spec.partition().isPresent()) {
      throw refused(consumer, producer,
          "it has no partitions, but partition \"" + spec.partition().get() + "\" was asked for");
    }
    if (spec.selector().isPresent() && !(dispatch instanceof Dispatcher.Broadcast<?>)) {
      throw refused(consumer, producer,
          "it does not broadcast, so it cannot use a selector; give it Dispatcher.broadcast()");
    }
  }

  private static String there(Dispatcher.Partition<?> partition) {
    return "there are: " + String.join(", ", partition.partitions());
  }

  /** A cycle would be closed if the producer is downstream of the consumer already. Under the lock. */
  private static void ensureNoCycle(Cell<?> consumer, Cell<?> producer) {
    if (!mayBeDownstream(producer, consumer)) return;   // nearly always, without a search, which takes memory
    List<Cell<?>> way = ROUTE.between(consumer, producer);
    if (way.isEmpty()) return;
    var path = new StringJoiner(" -> ");
    for (Cell<?> each : way) path.add(each.path());
    throw refused(consumer, producer, "that would close the cycle " + path + " -> " + consumer.path()
        + "; use allowingCycle() if that is meant");
  }

  /** {@return whether the one has inputs, and the other consumers, or both are the same} */
  private static boolean mayBeDownstream(Cell<?> cell, Cell<?> of) {
    if (cell == of) return true;
    return of.producerHalf() != null && of.producerHalf().laneCount() > 0
        && cell.consumerHalf() != null && !cell.consumerHalf().hasNoInlets();
  }

  private static SubscriptionRefusedException refused(Cell<?> consumer, Cell<?> producer, String why) {
    return new SubscriptionRefusedException(consumer.path(), producer.path(), why);
  }
}
