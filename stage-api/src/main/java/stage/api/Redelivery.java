package stage.api;

/**
 * What happens to the batch in hand when a stage crashes and is restarted.
 *
 * <p>With {@link #attempts} the batch is delivered again: first as it was given, then its events one at a time, so that
 * only the event that crashes the stage is singled out. After that many redeliveries the event becomes a dead letter,
 * and the rest goes on.
 *
 * @param attempts how many times an event is delivered again; 0 to drop the batch
 * @since 0.1
 */
public record Redelivery(int attempts) {
  /** The default: two redeliveries. */
  public static final Redelivery DEFAULT = new Redelivery(2);
  private static final Redelivery NONE = new Redelivery(0);

  /**
   * Checks the number.
   *
   * @throws IllegalArgumentException if {@code attempts} is negative
   */
  public Redelivery {
    if (attempts < 0)
      throw new IllegalArgumentException("redelivery attempts must be at least 0, but were " + attempts);
  }

  /**
   * {@return up to this many redeliveries of an event, after which it becomes a dead letter} Each of these crashes uses
   * up a restart, and so does the first one: a supervisor whose restart intensity allows no more than {@code attempts}
   * restarts gives up before that.
   *
   * @param attempts at least 1
   * @throws IllegalArgumentException if {@code attempts} is below 1
   */
  public static Redelivery attempts(int attempts) {
    if (attempts < 1) {
      throw new IllegalArgumentException(
          "redelivery attempts must be at least 1, but were " + attempts + "; use Redelivery.none() to drop the batch");
    }
    return new Redelivery(attempts);
  }

  /**
   * {@return no redelivery: the batch in hand is dropped, and counted as dropped on its subscription} As GenStage, but
   * counted.
   */
  public static Redelivery none() {
    return NONE;
  }
}
