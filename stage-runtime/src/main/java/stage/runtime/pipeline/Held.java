package stage.runtime.pipeline;

/** An immutable value that an element, and a turn, may change and take back. The run's own thread. */
final class Held<T> {
  private T now;
  private T marked;      // when the element began
  private T committed;

  Held(T first) {
    now = first;
    marked = first;
    committed = first;
  }

  T value() {
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
  }

  void rollback() {
    now = committed;
    marked = committed;
  }

  void adopt(Held<T> other) {
    committed = other.committed;
    rollback();
  }
}
