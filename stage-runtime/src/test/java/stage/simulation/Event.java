package stage.simulation;

/** The n-th event of a source. Never equal to another one, so that each can be followed. */
record Event(int source, int number) {
  boolean isPoison() {
    return number % 7 == 3;
  }

  @Override
  public String toString() {
    return source + ":" + number;
  }
}
