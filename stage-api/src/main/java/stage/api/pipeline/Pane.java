package stage.api.pipeline;

import java.util.Objects;

/**
 * A result of one window.
 *
 * @param key the key; {@link All#ALL} for a window over all elements
 * @param window the window
 * @param value what its elements came to
 * @param kind whether it is the last word
 * @param <K> the keys
 * @param <V> the values
 * @since 0.1
 */
public record Pane<K, V>(K key, Window window, V value, Kind kind) {
  /** Checks that nothing is missing. */
  public Pane {
    Objects.requireNonNull(key, "key must not be null");
    Objects.requireNonNull(window, "window must not be null");
    Objects.requireNonNull(value, "value must not be null");
    Objects.requireNonNull(kind, "kind must not be null");
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
