package stage.runtime.pipeline.operator;

/**
 * Which rows of two sides belong together by their times. Rows are kept in places, of which a row's partners are in
 * few.
 *
 * @param <P> the places
 */
sealed interface Reach<P> {
  /** Both sides, named by what a left row and a right row is to them. */
  enum Side {
    LEFT,
    RIGHT;

    Side other() {
      return this == LEFT ? RIGHT : LEFT;
    }
  }

  /** Takes places. */
  interface Visitor<P> {
    void visit(P place) throws Exception;
  }

  /** Shows the places that a row is kept in. */
  void places(Side side, long t, long w, long c, Visitor<P> visitor) throws Exception;

  /** Shows the places where partners of a row that is kept in a place can be. */
  void partners(Side side, long t, P place, Visitor<P> visitor) throws Exception;

  /** {@return whether a left and a right row whose places fit belong together} */
  boolean pairs(long left, long right);

  /** {@return the progress from which on a row that is kept in a place can have no partner any more} */
  long closesAt(Side side, long t, P place);

  /** {@return the progress from which on that is so for all rows of a place} */
  long placeClosesAt(Side side, P place);

  /** {@return whether a row comes too late, by its watermark or by the progress} */
  boolean isLate(long t, long w);

  /** {@return what may be vouched for when the progress of both sides is {@code c}} */
  long vouchesFor(long c);

  /** Right rows from a time before a left one to a time after it. Places are stretches of that length. */
  record Interval(long before, long after, long lateness) implements Reach<Long> {
    private long length() {
      return Math.max(1, Times.plus(before, after));
    }

    @Override
    public void places(Side side, long t, long w, long c, Visitor<Long> visitor) throws Exception {
      visitor.visit(Math.floorDiv(t, length()));
    }

    @Override
    public void partners(Side side, long t, Long place, Visitor<Long> visitor) throws Exception {
      long from = Times.minus(t, side == Side.LEFT ? before : after);
      long to = Times.plus(t, side == Side.LEFT ? after : before);
      long last = Math.floorDiv(to, length());
      for (long at = Math.floorDiv(from, length()); at <= last; at++) visitor.visit(at);
    }

    @Override
    public boolean pairs(long left, long right) {
      return Times.minus(left, before) <= right && right <= Times.plus(left, after);
    }

    @Override
    public long closesAt(Side side, long t, Long place) {
      // One more: at that time itself a partner can still come, because what is not before its watermark is not late.
      return Times.plus(Times.plus(Times.plus(t, side == Side.LEFT ? after : before), lateness), 1);
    }

    @Override
    public long placeClosesAt(Side side, Long place) {
      return closesAt(side, Times.plus(place * length(), length() - 1), place);
    }

    @Override
    public boolean isLate(long t, long w) {
      return t < Times.minus(w, lateness);
    }

    @Override
    public long vouchesFor(long c) {
      return Times.minus(Times.minus(c, Math.max(before, after)), lateness);
    }
  }

  /** Rows in the same window. Places are windows. */
  record SameWindow(Assigner assigner, long lateness) implements Reach<SameWindow.Span> {
    record Span(long start, long end) {}

    @Override
    public void places(Side side, long t, long w, long c, Visitor<Span> visitor) throws Exception {
      for (long start = assigner.firstStart(t); start <= t; start = assigner.next(start)) {
        long end = assigner.end(start);
        if (end > t && Times.plus(end, lateness) > Math.max(w, c)) visitor.visit(new Span(start, end));
      }
    }

    @Override
    public void partners(Side side, long t, Span place, Visitor<Span> visitor) throws Exception {
      visitor.visit(place);
    }

    @Override
    public boolean pairs(long left, long right) {
      return true;
    }

    @Override
    public long closesAt(Side side, long t, Span place) {
      return Times.plus(place.end(), lateness);
    }

    @Override
    public long placeClosesAt(Side side, Span place) {
      return closesAt(side, 0, place);
    }

    @Override
    public boolean isLate(long t, long w) {
      boolean isInAny = false;
      for (long start = assigner.firstStart(t); start <= t; start = assigner.next(start)) {
        long end = assigner.end(start);
        if (end <= t) continue;
        if (Times.plus(end, lateness) > w) return false;
        isInAny = true;
      }
      return isInAny;
    }

    @Override
    public long vouchesFor(long c) {
      long longest = assigner instanceof Assigner.Fixed fixed ? fixed.size() : 367L * 24 * 3_600_000_000_000L;
      return Times.minus(Times.minus(c, longest), lateness);
    }
  }

  /** All rows. There is one place, and it closes at the end. */
  record Everything() implements Reach<Everything.Only> {
    enum Only {
      PLACE
    }

    @Override
    public void places(Side side, long t, long w, long c, Visitor<Only> visitor) throws Exception {
      visitor.visit(Only.PLACE);
    }

    @Override
    public void partners(Side side, long t, Only place, Visitor<Only> visitor) throws Exception {
      visitor.visit(Only.PLACE);
    }

    @Override
    public boolean pairs(long left, long right) {
      return true;
    }

    @Override
    public long closesAt(Side side, long t, Only place) {
      return Times.FOREVER;
    }

    @Override
    public long placeClosesAt(Side side, Only place) {
      return Times.FOREVER;
    }

    @Override
    public boolean isLate(long t, long w) {
      return false;
    }

    @Override
    public long vouchesFor(long c) {
      return Times.NEVER;
    }
  }
}
