package stage.api;

import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * A value that belongs to the stage and not to one incarnation: it survives restarts, and changes with the turn.
 *
 * <p>What a turn sets is kept if the turn returns, and undone if it throws; in a generator each {@code emit} keeps what
 * was set before it. For the stage's own thread only. The value itself must be immutable: a change inside it could not
 * be undone.
 *
 * @param <T> the value
 * @since 0.1
 */
public interface State<T> {
  /**
   * {@return the value as this turn sees it}
   *
   * @throws ForeignThreadException if called on another thread than the stage's own
   */
  T value();

  /**
   * Sets the value: for the rest of this turn, and for good if the turn returns.
   *
   * @param value the value, not null
   * @throws ForeignThreadException if called on another thread than the stage's own
   */
  void set(T value);

  /**
   * Sets the value to what a function makes of it, as in {@code sum.update(n -> n + 1)}.
   *
   * @param change makes the new value, not null, of the one there is; calls nothing else of the stage
   * @return the new value
   * @throws ForeignThreadException if called on another thread than the stage's own
   */
  default T update(UnaryOperator<T> change) {
    Objects.requireNonNull(change, "change must not be null");
    T changed = change.apply(value());
    set(changed);
    return changed;
  }
}
