package stage.api;

import java.util.Map;
import java.util.function.BiConsumer;

/**
 * A keyed {@link State}, for many values of which a turn changes few: only what a turn changes is kept apart until it returns.
 *
 * @param <K> the keys, with {@code equals} and {@code hashCode}
 * @param <V> the values, immutable
 */
public interface MapState<K, V> {
  /**
   * {@return the value of a key as this turn sees it; null if there is none}
   *
   * @param key the key
   */
  V value(K key);

  /**
   * Sets the value of a key for the rest of this turn, and for ever if the turn returns.
   *
   * @param key the key, not null
   * @param value the value, not null
   */
  void put(K key, V value);

  /**
   * Removes a key for the rest of this turn, and for ever if the turn returns.
   *
   * @param key the key
   */
  void remove(K key);

  /** {@return how many keys there are} */
  int size();

  /**
   * Calls an action for each key, in no order, as this turn sees them. The action must not change this state.
   *
   * @param action what to call
   */
  void forEach(BiConsumer<? super K, ? super V> action);

  /** {@return a copy of all there is} */
  Map<K, V> copy();
}
