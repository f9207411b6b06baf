package stage.api;

/**
 * When a stage that emits begins to deliver. Until then it gets no demand, and what it emits all the same – in a timer,
 * a {@code cast}, from outside – waits, within the bound of its overflow policy. As GenStage's
 * {@code demand: :accumulate}.
 *
 * <p>What holds it back ends once, for good: consumers that leave later, and restarts, change nothing. Stopping the
 * stage or closing its scope ends it too, so that consumers that are there get what waits.
 *
 * @param consumers how many subscriptions it waits for, at least 0; 0 to wait for none
 * @param isPaused whether it waits for {@link StageRef#resume}, which ends the waiting for consumers too
 * @since 0.1
 */
public record Opening(int consumers, boolean isPaused) {
  /** The default: as soon as a consumer asks for events. */
  public static final Opening DEFAULT = new Opening(0, false);

  /**
   * Checks the number of consumers.
   *
   * @throws IllegalArgumentException if {@code consumers} is negative
   */
  public Opening {
    if (consumers < 0)
      throw new IllegalArgumentException("the number of consumers to await must not be negative, but was " + consumers);
  }
}
