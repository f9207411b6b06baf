package stage.api;

/**
 * Thrown when an event was emitted beyond demand and the backlog was full. The event was not emitted.
 *
 * @since 0.1
 */
public final class DemandExceededException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  private final transient int capacity;

  /**
   * Says what the bound is and how to change it.
   *
   * @param path the stage's path
   * @param capacity how many events beyond demand may wait
   * @param remedy what would do
   */
  public DemandExceededException(String path, int capacity, String remedy) {
    super("stage " + path + " may hold " + capacity + " events beyond demand, and emitted one more; " + remedy);
    this.capacity = capacity;
  }

  /** {@return how many events beyond demand may wait} */
  public int capacity() {
    return capacity;
  }
}
