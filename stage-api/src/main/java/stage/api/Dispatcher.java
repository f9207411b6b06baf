package stage.api;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * How a producer's events are shared among its subscriptions. As GenStage's dispatchers.
 *
 * @param <E> the producer's events
 * @since 0.1
 */
public sealed interface Dispatcher<E> {
  /**
   * What a partition function returns for an event that no consumer gets: the event is skipped, and its demand given
   * back.
   */
  String NOBODY = "";

  /** How many numbered partitions there may be. Each takes memory, whether it has a consumer or not. */
  int MOST_PARTITIONS = 1_000_000;

  /**
   * Each event goes to one subscription, those with most outstanding demand first.
   *
   * @param <E> the producer's events
   * @since 0.1
   */
  record ByDemand<E>() implements Dispatcher<E> {
    private static final ByDemand<?> DEFAULT = new ByDemand<>();   // of nearly every producer
  }

  /**
   * Each event goes to one subscription, as a {@link DispatchRule} of your own decides.
   *
   * @param rule the rule
   * @param <E> the producer's events
   * @since 0.1
   */
  record Shared<E>(DispatchRule rule) implements Dispatcher<E> {
    /** Checks that there is a rule. */
    public Shared {
      Objects.requireNonNull(rule, "rule must not be null; use Dispatcher.demand() for the default");
    }
  }

  /**
   * Each event goes to every subscription.
   *
   * @param <E> the producer's events
   * @since 0.1
   */
  record Broadcast<E>() implements Dispatcher<E> {}

  /**
   * Each event goes to the partition that its function names, and there to one subscription.
   *
   * @param partitions the names of the partitions, each once
   * @param function names an event's partition
   * @param backlog how many events may wait for one partition before the producer gets no more demand
   * @param <E> the producer's events
   * @since 0.1
   */
  record Partition<E>(List<String> partitions, PartitionFunction<? super E> function, int backlog)
      implements Dispatcher<E> {
    /**
     * Checks the partitions.
     *
     * @throws IllegalArgumentException if there is no partition, a name is empty or there twice, or {@code backlog} is
     *     below 1
     */
    public Partition {
      Objects.requireNonNull(partitions, "partitions must not be null");
      for (String name : partitions) Objects.requireNonNull(name, "a partition's name must not be null");
      partitions = List.copyOf(partitions);
      Objects.requireNonNull(function, "function must not be null");
      if (partitions.isEmpty())
        throw new IllegalArgumentException("there must be at least 1 partition, but there were none");
      if (partitions.contains(NOBODY))
        throw new IllegalArgumentException("a partition's name must not be empty: " + partitions);
      if (new HashSet<>(partitions).size() < partitions.size()) {
        throw new IllegalArgumentException("partition names must differ, but were " + partitions);
      }
      if (backlog < 1) throw new IllegalArgumentException("partition backlog must be at least 1, but was " + backlog);
    }

    /**
     * {@return the same partitions with another backlog}
     *
     * @param backlog how many events may wait for one partition, at least 1
     * @throws IllegalArgumentException if {@code backlog} is below 1
     */
    public Partition<E> withBacklog(int backlog) {
      return new Partition<>(partitions, function, backlog);
    }
  }

  /**
   * Names an event's partition.
   *
   * @param <E> the events
   * @since 0.1
   */
  @FunctionalInterface
  interface PartitionFunction<E> {
    /**
     * Names the partition of one event. Runs on the producer's thread, once per event.
     *
     * @param event the event
     * @return the partition's name, or {@link #NOBODY}
     * @throws Exception this event becomes a dead letter, and the producer goes on; so it is if the partition is null
     *     or unknown
     */
    String partitionOf(E event) throws Exception;
  }

  /**
   * Finds the number of an event's partition.
   *
   * @param <E> the events
   * @since 0.1
   */
  @FunctionalInterface
  interface IndexFunction<E> {
    /** Returned for an event that no consumer gets: the event is skipped, and its demand given back. */
    int NOBODY = -1;

    /**
     * Finds the number of the partition of one event. Runs on the producer's thread, once per event.
     *
     * @param event the event
     * @return from 0 to one less than the number of partitions, or {@link #NOBODY}
     * @throws Exception this event becomes a dead letter, and the producer goes on; so it is if there is no such
     *     partition
     */
    int indexOf(E event) throws Exception;
  }

  /**
   * A partition function that returns numbers, so that no name has to be looked up for an event.
   *
   * @param index finds the number of an event's partition
   * @param <E> the producer's events
   * @since 0.1
   */
  record ByIndex<E>(IndexFunction<? super E> index) implements PartitionFunction<E> {
    /** Checks that there is a function. */
    public ByIndex {
      Objects.requireNonNull(index, "index must not be null");
    }

    @Override
    public String partitionOf(E event) throws Exception {
      int number = index.indexOf(event);
      return number == IndexFunction.NOBODY ? Dispatcher.NOBODY : Integer.toString(number);
    }
  }

  /**
   * Finds the key of an event.
   *
   * @param <E> the events
   * @since 0.1
   */
  @FunctionalInterface
  interface KeyFunction<E> {
    /**
     * Finds the key of one event. Runs on the producer's thread, once per event.
     *
     * @param event the event
     * @return its key, not null; its {@code hashCode} chooses the partition
     * @throws Exception this event becomes a dead letter, and the producer goes on; so it is if the key is null
     */
    Object keyOf(E event) throws Exception;
  }

  /**
   * {@return the default: events go to the subscriptions with most outstanding demand; n events for k ready ones are
   * split into contiguous shares of about n/k, so that small inputs run in parallel too. As GenStage's {@code
   * DemandDispatcher}}
   *
   * @param <E> the producer's events
   */
  @SuppressWarnings("unchecked")   // it says the same of all events
  static <E> Dispatcher<E> demand() {
    return (Dispatcher<E>) ByDemand.DEFAULT;
  }

  /**
   * {@return every event to every subscription, at the pace of the slowest. A subscription sees the events from its
   * acceptance on. As GenStage's {@code BroadcastDispatcher}}
   *
   * @param <E> the producer's events
   */
  static <E> Dispatcher<E> broadcast() {
    return new Broadcast<>();
  }

  /**
   * {@return events shared by a rule of your own}
   *
   * <p>The rule is shown all subscriptions each time, so what an event costs grows with their number. For thousands of
   * consumers take {@link #demand()} or partitions, which look at few of them, or two levels: the rule shares events
   * among some producer-consumers, and each of those among consumers of its own.
   *
   * @param rule the rule
   * @param <E> the producer's events
   */
  static <E> Dispatcher<E> shared(DispatchRule rule) {
    return new Shared<>(rule);
  }

  /**
   * {@return named partitions. Each holds up to 1000 waiting events. Within a partition that several consumers share,
   * events are dispatched by demand. As GenStage's {@code PartitionDispatcher}}
   *
   * @param partitions the names, each once
   * @param function names an event's partition, or {@link #NOBODY}
   * @param <E> the producer's events
   * @throws IllegalArgumentException if there is no partition, or a name is empty or there twice
   */
  static <E> Partition<E> partition(List<String> partitions, PartitionFunction<? super E> function) {
    return new Partition<>(partitions, function, 1000);
  }

  /**
   * {@return as {@link #partition(List, PartitionFunction)}, with another bound for what waits}
   *
   * @param partitions the names of the partitions, each once
   * @param function names an event's partition, or {@link #NOBODY}
   * @param backlog how many events may wait for one partition before the producer gets no more demand, at least 1
   * @param <E> the producer's events
   * @throws IllegalArgumentException if there is no partition, a name is empty or there twice, or {@code backlog} is
   *     below 1
   */
  static <E> Partition<E> partition(List<String> partitions, PartitionFunction<? super E> function, int backlog) {
    return new Partition<>(partitions, function, backlog);
  }

  /**
   * {@return partitions {@code "0"} to {@code "partitions - 1"}, chosen by the hash code of a key}
   *
   * @param partitions how many, from 1 to {@value #MOST_PARTITIONS}
   * @param key finds an event's key
   * @param <E> the producer's events
   * @throws IllegalArgumentException if {@code partitions} is below 1 or above {@value #MOST_PARTITIONS}
   */
  static <E> Partition<E> partition(int partitions, KeyFunction<? super E> key) {
    Objects.requireNonNull(key, "key must not be null");
    // to divide takes longer than all else here; where the number is a power of two, a mask does the same
    int mask = Integer.bitCount(partitions) == 1 ? partitions - 1 : -1;
    return partitionByIndex(partitions, event -> {
      int hash = Objects.requireNonNull(key.keyOf(event), "the key of an event must not be null").hashCode();
      int spread = hash ^ hash >>> 16;
      return mask >= 0 ? spread & mask : Math.floorMod(spread, partitions);
    });
  }

  /**
   * {@return partitions {@code "0"} to {@code "partitions - 1"}, chosen by number}
   *
   * @param partitions how many, from 1 to {@value #MOST_PARTITIONS}
   * @param index finds the number of an event's partition
   * @param <E> the producer's events
   * @throws IllegalArgumentException if {@code partitions} is below 1 or above {@value #MOST_PARTITIONS}
   */
  static <E> Partition<E> partitionByIndex(int partitions, IndexFunction<? super E> index) {
    if (partitions < 1)
      throw new IllegalArgumentException("there must be at least 1 partition, but the number was " + partitions);
    if (partitions > MOST_PARTITIONS) {
      throw new IllegalArgumentException(
          "there must be at most " + MOST_PARTITIONS + " partitions, but the number was " + partitions
          + "; give each of them more keys");
    }
    return partition(IntStream.range(0, partitions).mapToObj(Integer::toString).toList(), new ByIndex<>(index));
  }

  /**
   * {@return as {@link #partition(int, KeyFunction)}, with another bound for what waits}
   *
   * @param partitions how many, at least 1
   * @param key finds an event's key
   * @param backlog how many events may wait for one partition before the producer gets no more demand, at least 1
   * @param <E> the producer's events
   * @throws IllegalArgumentException if {@code partitions} or {@code backlog} is below 1
   */
  static <E> Partition<E> partition(int partitions, KeyFunction<? super E> key, int backlog) {
    Partition<E> partition = partition(partitions, key);
    return partition.withBacklog(backlog);
  }
}
