package stage.runtime.pipeline.operator;

import stage.api.pipeline.Bound;

/** What happens to a row that there is no room for. */
final class Fullness {
  private Fullness() {}

  /**
   * Settles a row that a full step does not take.
   *
   * @return true if the oldest row is to make room for it; false if it has become a dead letter
   * @throws BoundFullError if the bound says so
   */
  static boolean makesRoom(Bound bound, String what, Object row, Output<?> out) throws Exception {
    String full = what + " is full: it holds " + bound.rows()
        + " rows, as many as its Bound allows; allow more, or use forgettingOldest()";
    return switch (bound.full()) {
      case FORGET_OLDEST -> true;
      case CRASH -> throw new BoundFullError(full);
      case DEAD_LETTER -> {
        out.deadLetter(row, new IllegalStateException(full));
        yield false;
      }
    };
  }
}
