package stage.api;

/** What the end of a subscription does to its consumer. As the {@code :cancel} option of GenStage's {@code sync_subscribe/3}. */
public enum CancelPolicy {
  /** Any end of the subscription by its producer ends the consumer too. */
  PERMANENT,
  /**
   * A failed producer fails the consumer; a completed one only ends the subscription, and the last one so ended ends the consumer
   * normally. The default.
   */
  TRANSIENT,
  /** The consumer goes on whatever happens to the producer, also with no subscription at all. */
  TEMPORARY
}
