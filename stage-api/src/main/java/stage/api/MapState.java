package stage.api;

import java.util.Map;
import java.util.function.BiConsumer;

/**
 * A keyed {@link State}, for many values of which a turn changes only a few: only those are kept apart until the turn returns.
 *
 * <p>For the stage's own thread only: {@link ForeignThreadException} is thrown on any other. Nothing here blocks.
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
   * Sets the value of a key: for the rest of this turn, and for good if the turn returns.
   *
   * @param key the key, not null
   * @param value the value, not null
   */
  void put(K key, V value);

  /**
   * Removes a key: for the rest of this turn, and for good if the turn returns.
   *
   * @param key the key
   */
  void remove(K key);

  /** {@return how many keys there are, as this turn sees them} */
  int size();

  /**
   * Calls an action for each key, in no order, as this turn sees them. The action must not change this state.
   *
   * @param action what to call
   */
  void forEach(BiConsumer<? super K, ? super V> action);

  /** {@return a copy of all keys and values, as this turn sees them} */
  Map<K, V> copy();
}
