package stage.runtime.pipeline;

/** The first link of a run that reads one input after the other. */
final class ConcatLink extends HeldLink<ConcatLink.Place> {
  /**
   * Where it is.
   *
   * @param current the input that is read
   * @param ended which others have ended, a bit for each
   */
  record Place(int current, long ended) {}

  /** How many inputs there may be: there is a bit for each. */
  static final int MOST = 64;

  ConcatLink() {
    super(new Place(0, 0));
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    next.push(value, t, w);
  }

  @Override
  boolean isOpen(int side) {
    return side == held.value().current;
  }

  @Override
  boolean sideEnded(int side) {
    long ended = held.value().ended | 1L << side;
    int current = held.value().current;
    while (current < MOST && (ended & 1L << current) != 0) current++;
    held.set(new Place(current, ended));
    return true;
  }
}
