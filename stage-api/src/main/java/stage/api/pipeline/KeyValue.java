package stage.api.pipeline;

import java.util.Objects;

/**
 * A key, and what was found for it.
 *
 * @param key the key
 * @param value what was found
 * @param <K> the keys
 * @param <V> the values
 * @since 0.1
 */
public record KeyValue<K, V>(K key, V value) {
  /** Checks that nothing is missing. */
  public KeyValue {
    Objects.requireNonNull(key, "key must not be null");
    Objects.requireNonNull(value, "value must not be null");
  }
}
