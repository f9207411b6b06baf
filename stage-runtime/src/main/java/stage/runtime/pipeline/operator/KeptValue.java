package stage.runtime.pipeline.operator;

/**
 * One immutable value that is undone with an element and a turn. The run's own thread.
 *
 * @param <T> the value
 */
public final class KeptValue<T> implements Kept<KeptValue<T>> {
  private T committed;
  private T marked;
  private T now;

  /**
   * Holds a value that counts as committed.
   *
   * @param first the value
   */
  public KeptValue(T first) {
    committed = first;
    marked = first;
    now = first;
  }

  /** {@return the value of this moment} */
  public T value() {
    return now;
  }

  /**
   * Changes the value.
   *
   * @param value what it is from now on
   */
  public void set(T value) {
    now = value;
  }

  @Override
  public void mark() {
    marked = now;
  }

  @Override
  public void undo() {
    now = marked;
  }

  @Override
  public void commit() {
    committed = now;
    marked = now;
  }

  @Override
  public void rollback() {
    now = committed;
    marked = committed;
  }

  /**
   * Goes on with what another one has committed.
   *
   * @param other the other one; it may belong to a thread that was replaced
   */
  public void adopt(KeptValue<T> other) {
    committed = other.committed;
    rollback();
  }

  @Override
  public KeptValue<T> successor() {
    return new KeptValue<>(committed);
  }
}
