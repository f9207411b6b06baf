package stage.api;

import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

/**
 * A keyed {@link State}, for many values of which a turn changes only a few: only those are kept apart until the turn
 * returns.
 *
 * <p>For the stage's own thread only: {@link ForeignThreadException} is thrown on any other. Nothing here blocks.
 *
 * @param <K> the keys, with {@code equals} and {@code hashCode}
 * @param <V> the values, immutable
 * @since 0.1
 */
public interface MapState<K, V> {
  /**
   * {@return the value of a key as this turn sees it; null if there is none}
   *
   * @param key the key, not null
   */
  V get(K key);

  /**
   * {@return the value of a key as this turn sees it; another if there is none}
   *
   * @param key the key, not null
   * @param other what to return if there is none; may be null
   */
  default V getOrDefault(K key, V other) {
    V value = get(key);
    return value == null ? other : value;
  }

  /**
   * Sets the value of a key to {@code value}, or, if it has one already, to what a function makes of both. As
   * {@link Map#merge}.
   *
   * @param key the key, not null
   * @param value the value for a key that has none, not null
   * @param both makes the new value of the one there is and the given one; null to remove the key
   * @return the new value; null if there is none any more
   */
  default V merge(K key, V value, BiFunction<? super V, ? super V, ? extends V> both) {
    Objects.requireNonNull(value, "value must not be null");
    Objects.requireNonNull(both, "both must not be null");
    V before = get(key);
    return replace(key, before == null ? value : both.apply(before, value));
  }

  /**
   * Sets the value of a key to what a function makes of the key and its value. As {@link Map#compute}.
   *
   * @param key the key, not null
   * @param change makes the new value of the key and its value, which is null if there is none; null to remove the key
   * @return the new value; null if there is none any more
   */
  default V compute(K key, BiFunction<? super K, ? super V, ? extends V> change) {
    Objects.requireNonNull(change, "change must not be null");
    return replace(key, change.apply(key, get(key)));
  }

  private V replace(K key, V value) {
    if (value == null) remove(key);
    else put(key, value);
    return value;
  }

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
   * @param key the key, not null
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
