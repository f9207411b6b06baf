package stage.runtime.pipeline;

/**
 * A run that is one loop with state takes the batch as a whole, as far as there is room; what fails in it is settled
 * by itself.
 */
final class FusedPassage implements Passage {
  private final Fused fused;
  private final RunElements elements;
  private final BatchInHand batch;
  private final StagedResults results;
  private final ElementInHand element;
  private final Reception reception;
  private final LastFailure failure;
  private final Attempts attempts;
  private final Tally tally;
  private final Pace pace;

  FusedPassage(Fused fused, RunElements elements, BatchInHand batch, StagedResults results, ElementInHand element,
      Reception reception, LastFailure failure, Attempts attempts, Tally tally, Pace pace) {
    this.fused = fused;
    this.elements = elements;
    this.batch = batch;
    this.results = results;
    this.element = element;
    this.reception = reception;
    this.failure = failure;
    this.attempts = attempts;
    this.tally = tally;
    this.pace = pace;
  }

  @Override
  public int take(Object[] events, int from, int size) throws Exception {
    pace.begin(size);
    for (int i = 0; i < size; ) {
      int most = pace.isLong() ? 0 : Math.min(pace.next(size - i), results.room());
      if (most <= 0) {
        batch.leave(size - i);
        return i;
      }
      int taken = sweep(events, from, i, i + most);
      pace.took(taken);
      i += taken;
    }
    return size;
  }

  /** Returns how many it has taken: all, or those up to the one that has failed. */
  private int sweep(Object[] events, int from, int first, int behind) throws Exception {
    int fates = fused.fates();
    int late = reception.lates();
    Object[] out = fused.emits() ? results.withRoomFor(behind - first) : null;
    Exception thrown = fused.run(events, from + first, from + behind, out, results.count());
    if (thrown != null) attempts.ensureTheirs(thrown);
    int behindSwept = fused.at() - from;
    count(behindSwept - first, fused.fates() - fates, reception.lates() - late);
    if (thrown == null) return behindSwept - first;
    batch.take(behindSwept);
    element.open(events[from + behindSwept]);
    fused.failed(failure, element);
    elements.take(element.input(), element.t(), element.w(), thrown);
    return behindSwept + 1 - first;
  }

  /** Counts elements that are through. An operator has not worked some in: they were late, or belong nowhere. */
  private void count(int taken, int notTaken, int late) {
    if (taken > 0) attempts.elementSucceeded();
    int passed = fused.passed();
    if (fused.emits()) results.filled(fused.count());
    if (!fused.isTaken()) tally.out += passed;
    tally.in += taken;
    tally.handled += passed - notTaken;
    tally.late += late;
    tally.filtered += taken - passed + notTaken - late;
  }
}
