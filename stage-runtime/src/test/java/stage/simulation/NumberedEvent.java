package stage.simulation;

/** The n-th event of a source. Never equal to another one, so that each can be followed. */
record NumberedEvent(int source, int number) {
  /**
   * Some of the first ones are: each costs several restarts, and a run of thousands of them would be of nothing else.
   */
  boolean isPoison() {
    return number % 7 == 3 && number < 200;
  }

  @Override
  public String toString() {
    return source + ":" + number;
  }
}
