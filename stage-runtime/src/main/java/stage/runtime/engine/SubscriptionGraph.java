package stage.runtime.engine;

import java.lang.invoke.VarHandle;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StopReason;
import stage.api.Subscription;
import stage.api.SubscriptionRefusedException;
import stage.api.SubscriptionSnapshot;
import stage.api.SubscriptionSpec;
import stage.runtime.lane.Lane;
import stage.runtime.mailbox.Signals;
import stage.runtime.time.ShortLock;
import stage.runtime.time.Time;

/**
 * What all cells of a runtime share: the time they live in, and who is subscribed to whom.
 *
 * <p>One lock guards the graph of subscriptions. It is held for a few array operations at a time and never while user
 * code runs.
 */
public final class SubscriptionGraph {
  private final Time time;
  private final Waits waits = new Waits();
  private final ShortLock lock = new ShortLock();
  private final AtomicLong cells = new AtomicLong();   // any thread
  // guarded by lock
  private final Set<Stage.Behaviour> behaviours = Collections.newSetFromMap(new IdentityHashMap<>());
  private long subscriptions;

  /**
   * Makes a graph.
   *
   * @param time the time its cells live in
   */
  public SubscriptionGraph(Time time) {
    this.time = time;
  }

  /** {@return the time its cells live in} */
  public Time time() {
    return time;
  }

  /** {@return the threads that are blocked in a method of a stage's handle} Any thread. */
  public List<BlockedThread> blockedThreads() {
    return waits.now();
  }

  /** {@return a number that no other cell has} */
  long nextCellId() {
    return cells.incrementAndGet();
  }

  Waits waits() {
    return waits;
  }

  void locked(Runnable change) {
    lock.lock();
    try {
      change.run();
    } finally {
      lock.unlock();
    }
  }

  /**
   * {@return whether nobody else has this behaviour} Lambdas that hold nothing are the same object each time, and
   * harmless.
   */
  boolean claim(Stage.Behaviour behaviour) {
    Class<?> type = behaviour.getClass();
    if (type.isHidden() && type.getDeclaredFields().length == 0) return true;
    lock.lock();
    try {
      return behaviours.add(behaviour);
    } finally {
      lock.unlock();
    }
  }

  void release(Stage.Behaviour behaviour) {
    lock.lock();
    try {
      behaviours.remove(behaviour);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Subscribes a consumer's cell; see {@link stage.api.ConsumerRef#subscribeTo(stage.api.Subscribable)}. Any thread.
   */
  <E> Subscription subscribe(Cell<?> consumer, SubscriptionSpec<E> asked) {
    // A gated consumer asks by itself: for what it is permitted to take, within the bounds of the demand.
    SubscriptionSpec<E> spec = consumer.incarnations().isGated()
        ? asked.withDemand(new Demand(asked.demand().max(), asked.demand().min(), true)) : asked;
    Cell<?> producer = cellOf(consumer, spec.producer());
    @SuppressWarnings("unchecked")
    var half = (ProducerHalf<E>) producer.producerHalf();
    ensureFits(consumer, producer, half.dispatch(), spec);
    LaneInlet<E> inlet;
    boolean isOver;
    lock.lock();
    try {
      if (half.isClosed()) ensureMissedNothing(consumer, producer, half);
      if (consumer.consumerHalf().isClosed()) throw refused(consumer, producer, whyClosed(consumer));
      if (!spec.cycleAllowed()) ensureNoCycle(consumer, producer);
      var lane = new Lane<>(++subscriptions, spec, producer, consumer);
      inlet = new LaneInlet<>(lane, consumer);
      half.add(lane);
      consumer.consumerHalf().add(inlet);
      isOver = half.isClosed();
    } finally {
      lock.unlock();
    }
    VarHandle.fullFence();   // pairs with the announcements of both drivers
    producer.driver().wake();
    consumer.driver().wake();
    if (isOver) consumer.signals().set(Signals.INPUT_ENDED);   // there is no producer any more that would
    if (isOver && !time.isQuiet()) {
      consumer.logger().log(System.Logger.Level.INFO,
          "stage " + consumer.path() + " gets no events of " + producer.path()
          + ", which had completed before it subscribed");
    }
    return new Handle(inlet);
  }

  /** One that has completed has nothing left for anybody; only those that get everything have missed something. */
  private static void ensureMissedNothing(Cell<?> consumer, Cell<?> producer, ProducerHalf<?> half) {
    if (!(producer.endReason() instanceof StopReason.Completed)) {
      throw refused(consumer, producer, "it has ended: " + producer.endReason());
    }
    if (half.dispatch() instanceof Dispatcher.Broadcast && half.emitted.read() > 0) {
      throw refused(consumer, producer,
          "it has completed, and a broadcast is not repeated; start its consumers before it begins: give it"
          + " awaitingConsumers(n), or start them all in the init of Supervisor.open(spec, init)");
    }
  }

  private static String whyClosed(Cell<?> consumer) {
    if (!(consumer.endReason() instanceof StopReason.Completed))
      return "the consumer itself has ended: " + consumer.endReason();
    return "the consumer itself has ended, with the last of its subscriptions; one that is to outlive them needs CancelPolicy.TEMPORARY on each";
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
  }

  private static Cell<?> cellOf(Cell<?> consumer, ProducerRef<?, ?> ref) {
    if (ref instanceof CellRef<?> known) return known.cell();
    throw new SubscriptionRefusedException(consumer.path(), ref.path(),
        "its handle was not made by this runtime, but is a " + ref.getClass().getName());
  }

  private static void ensureFits(Cell<?> consumer, Cell<?> producer, Dispatcher<?> dispatch, SubscriptionSpec<?> spec) {
    if (spec.demand().isManual() && consumer.incarnations().tasks() != null) {
      throw refused(consumer, producer,
          "a stage that hands each event to a thread of its own asks by itself; use Demand.max(n)");
    }
    if (dispatch instanceof Dispatcher.Partition<?> partition) {
      String there = "there are: " + String.join(", ", partition.partitions());
      if (spec.partition().isEmpty()) {
        throw refused(consumer, producer, "it has partitions, so name one with withPartition(…); " + there);
      }
      if (!partition.partitions().contains(spec.partition().get())) {
        throw refused(consumer, producer, "it has no partition \"" + spec.partition().get() + "\"; " + there);
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

  /** A cycle would be closed if the producer is downstream of the consumer already. Under the lock. */
  private static void ensureNoCycle(Cell<?> consumer, Cell<?> producer) {
    List<Cell<?>> way = Route.between(consumer, producer);
    if (way.isEmpty()) return;
    String path = way.stream().map(Cell::path).collect(Collectors.joining(" -> "));
    throw refused(consumer, producer, "that would close the cycle " + path + " -> " + consumer.path()
        + "; use allowingCycle() if that is meant");
  }

  private static SubscriptionRefusedException refused(Cell<?> consumer, Cell<?> producer, String why) {
    return new SubscriptionRefusedException(consumer.path(), producer.path(), why);
  }
}
