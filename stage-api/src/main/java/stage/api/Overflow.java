package stage.api;

/**
 * What happens to events that a producer emits beyond demand. Every policy has a visible bound, and what is dropped is
 * counted in {@link StageSnapshot#eventsDropped()}.
 *
 * <p>Two ways lead beyond demand. In a <i>turn</i> ({@code onDemand}, a timer, a {@code cast}) events wait in the
 * stage's backlog. From <i>outside</i>, through {@link ProducerRef#emit}, the caller is another thread and can be made
 * to wait.
 *
 * @param kind what happens at the bound
 * @param capacity how many events beyond demand the backlog holds
 * @since 0.1
 */
public record Overflow(Kind kind, int capacity) {
  /**
   * What happens to an event beyond demand when the backlog is full.
   *
   * @since 0.1
   */
  public enum Kind {
    /**
     * In a turn {@code emit} throws {@link DemandExceededException}. A caller from outside waits for demand, and never
     * fills the backlog.
     */
    BLOCK,
    /** {@code emit} throws {@link DemandExceededException}. */
    FAIL,
    /** The oldest event of the backlog is dropped and counted. */
    DROP_OLDEST,
    /** The new event is dropped and counted. */
    DROP_NEWEST
  }

  /** The default: callers from outside wait for demand; a turn may exceed it by 1024 events. */
  public static final Overflow DEFAULT = new Overflow(Kind.BLOCK, 1024);

  /**
   * Checks the bound.
   *
   * @throws IllegalArgumentException if {@code capacity} is negative, or 0 where the oldest is dropped
   * @throws NullPointerException if {@code kind} is null
   */
  public Overflow {
    if (kind == null) throw new NullPointerException("kind must not be null; use Overflow.block()");
    if (capacity < 0) {
      throw new IllegalArgumentException("overflow capacity must be at least 0, but was " + capacity
          + "; use 0 to allow nothing beyond demand");
    }
    if (capacity == 0 && kind == Kind.DROP_OLDEST) {
      throw new IllegalArgumentException(
          "overflow capacity must be at least 1 to drop the oldest, but was 0; use Overflow.dropNewest(0) to keep nothing beyond"
          + " demand");
    }
  }

  /** {@return the default: callers from outside wait for demand; a turn may exceed it by 1024 events} */
  public static Overflow block() {
    return DEFAULT;
  }

  /** {@return a policy by which emitting beyond demand throws {@link DemandExceededException}} */
  public static Overflow fail() {
    return new Overflow(Kind.FAIL, 0);
  }

  /**
   * {@return a policy that keeps the newest events: when {@code capacity} events wait beyond demand, the oldest of them
   * is dropped}
   *
   * @param capacity how many events beyond demand may wait, at least 1
   * @throws IllegalArgumentException if {@code capacity} is below 1
   */
  public static Overflow dropOldest(int capacity) {
    return new Overflow(Kind.DROP_OLDEST, capacity);
  }

  /**
   * {@return a policy that keeps the oldest events: when {@code capacity} events wait beyond demand, the new one is
   * dropped}
   *
   * @param capacity how many events beyond demand may wait, at least 0
   * @throws IllegalArgumentException if {@code capacity} is negative
   */
  public static Overflow dropNewest(int capacity) {
    return new Overflow(Kind.DROP_NEWEST, capacity);
  }

  /**
   * {@return this policy with another bound}
   *
   * @param capacity how many events beyond demand the backlog holds
   * @throws IllegalArgumentException if {@code capacity} is negative, or 0 where the oldest is dropped
   */
  public Overflow withCapacity(int capacity) {
    return new Overflow(kind, capacity);
  }
}
