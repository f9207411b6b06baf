package stage.runtime.pipeline.operator;

/** One immutable value that is undone with an element and a turn. */
final class KeptValue<T> {
  private T committed;
  private T marked;
  private T now;

  KeptValue(T first) {
    committed = first;
    marked = first;
    now = first;
  }

  T get() {
    return now;
  }

  void set(T value) {
    now = value;
  }

  void mark() {
    marked = now;
  }

  void undo() {
    now = marked;
  }

  void commit() {
    committed = now;
    marked = now;
  }

  void rollback() {
    now = committed;
    marked = committed;
  }

  KeptValue<T> successor() {
    return new KeptValue<>(committed);
  }
}
