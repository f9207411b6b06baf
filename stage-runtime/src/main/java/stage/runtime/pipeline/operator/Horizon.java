package stage.runtime.pipeline.operator;

/**
 * Up to when the results of an operator are due: up to what its inputs vouch for, and all of them once there are no
 * more elements. It is no part of an element, so an {@link #undo} leaves it as it is.
 */
final class Horizon implements Kept<Horizon> {
  private static final long OPEN = 0;
  private static final long COMPLETED = 1;
  private static final long CUT = 2;   // by a drain

  private final KeptLong progress;
  private final KeptLong end;

  Horizon() {
    this(new KeptLong(Times.NEVER), new KeptLong(OPEN));
  }

  private Horizon(KeptLong progress, KeptLong end) {
    this.progress = progress;
    this.end = end;
  }

  /** The inputs vouch for more; a value below an earlier one changes nothing. */
  void rise(long to) {
    if (to > progress.get()) progress.set(to);
  }

  /** There are no more elements. */
  void end(boolean isDrained) {
    end.set(isDrained ? CUT : COMPLETED);
  }

  /** {@return what the inputs vouch for} */
  long progress() {
    return progress.get();
  }

  /** {@return the stamp up to which results are due} */
  long due() {
    return end.get() == OPEN ? progress.get() : Times.FOREVER;
  }

  /** {@return whether a drain has taken away what would have come before a time} */
  boolean isCutBefore(long t) {
    return end.get() == CUT && t > progress.get();
  }

  @Override
  public void mark() {
    // no part of an element
  }

  @Override
  public void undo() {
    // no part of an element
  }

  @Override
  public void commit() {
    progress.commit();
    end.commit();
  }

  @Override
  public void rollback() {
    progress.rollback();
    end.rollback();
  }

  @Override
  public Horizon successor() {
    return new Horizon(progress.successor(), end.successor());
  }
}
