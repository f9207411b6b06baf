package stage.simulation;

/** A list that only grows, at its head, and never changes: the state of a sink. */
record Log(Event event, Log rest, int size) {
  static final Log EMPTY = new Log(null, null, 0);

  Log with(Event event) {
    return new Log(event, this, size + 1);
  }
}
