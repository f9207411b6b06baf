package stage.runtime.bridge;

/**
 * A partition function that knows which partitions nobody will ever serve again. What waits for one of those holds up
 * no other; it is returned when the producer ends.
 */
@FunctionalInterface
public interface EndingPartitions {
  /**
   * {@return whether the last consumer of a partition has ended, and no other will come} The producer's thread; once
   * true it stays so, and the thread that makes it true {@linkplain BridgeContext#notifyBridge notifies} the producer.
   *
   * @param partition its number
   */
  boolean hasEnded(int partition);
}
