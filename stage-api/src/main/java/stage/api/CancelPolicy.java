package stage.api;

/**
 * What the end of a producer does to its consumer. As the {@code :cancel} option of GenStage's
 * {@code sync_subscribe/3}.
 *
 * @since 0.1
 */
public enum CancelPolicy {
  /** The consumer ends too, whether the producer failed or completed. */
  PERMANENT,
  /**
   * A failed producer fails the consumer. A completed one only ends the subscription; when the last subscription has
   * completed, the consumer ends normally. The default.
   */
  TRANSIENT,
  /** The consumer goes on whatever happens to the producer, even without any subscription. */
  TEMPORARY
}
