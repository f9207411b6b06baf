package stage.api.pipeline;

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
    Arguments.notNull("key", key);
    Arguments.notNull("value", value);
  }
}
