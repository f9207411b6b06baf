package stage.api.pipeline;

/**
 * The key of a window over all elements.
 *
 * @since 0.1
 */
public enum All {
  /** The only one. */
  ALL
}
