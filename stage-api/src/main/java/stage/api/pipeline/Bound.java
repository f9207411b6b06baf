package stage.api.pipeline;

/**
 * How much a step may keep, and what it does when it is full.
 *
 * @param rows how many rows, at most; at least 1
 * @param full what happens to a row that there is no room for
 * @since 0.1
 */
public record Bound(int rows, Full full) {
  /**
   * Checks the number.
   *
   * @throws IllegalArgumentException if {@code rows} is below 1
   */
  public Bound {
    Arguments.atLeastOne("rows", rows);
    Arguments.notNull("full", full, "; the default is Bound.Full.DEAD_LETTER");
  }

  /** What a step does with a row that there is no room for. */
  public enum Full {
    /** The new row becomes a dead letter. The default. */
    DEAD_LETTER,
    /** The oldest row is forgotten, as if it had never been there, and counted as dropped. */
    FORGET_OLDEST,
    /** The stage crashes. */
    CRASH
  }

  /**
   * {@return a bound beyond which new rows become dead letters}
   *
   * @param n how many rows, at most; at least 1
   * @throws IllegalArgumentException if {@code n} is below 1
   */
  public static Bound rows(int n) {
    return new Bound(n, Full.DEAD_LETTER);
  }

  /** {@return a copy that forgets the oldest row when it is full} */
  public Bound forgettingOldest() {
    return new Bound(rows, Full.FORGET_OLDEST);
  }

  /** {@return a copy with which the stage crashes when it is full} */
  public Bound crashing() {
    return new Bound(rows, Full.CRASH);
  }
}
