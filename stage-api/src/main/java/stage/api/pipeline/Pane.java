package stage.api.pipeline;

/**
 * A result of one window.
 *
 * @param key the key; {@link All#ALL} for a window over all elements
 * @param window the window
 * @param value the result of its elements
 * @param kind whether it is the last word
 * @param <K> the keys
 * @param <V> the values
 * @since 0.1
 */
public record Pane<K, V>(K key, Window window, V value, Kind kind) {
  /** Checks that nothing is missing. */
  public Pane {
    Arguments.notNull("key", key);
    Arguments.notNull("window", window);
    Arguments.notNull("value", value);
    Arguments.notNull("kind", kind);
  }

  /** What kind of result a pane is. */
  public enum Kind {
    /** An interim result, asked for with {@link Windowing#early(int)}; others of the same window follow. */
    EARLY,
    /** The one result of a window and key that is complete. */
    FINAL,
    /** The one result of a window that the job's end has cut off: it was drained before the window was over. */
    CUT
  }
}
