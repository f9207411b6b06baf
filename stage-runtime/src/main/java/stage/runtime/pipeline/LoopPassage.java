package stage.runtime.pipeline;

import stage.runtime.pipeline.operator.Times;

/** A run that is one loop takes the batch as a whole; what fails in it is settled by itself. */
final class LoopPassage implements Passage {
  private final LoopLink link;
  private final RunElements elements;
  private final BatchInHand batch;
  private final StagedResults results;
  private final LastFailure failure;
  private final Attempts attempts;
  private final Tally tally;
  private final ElementInHand element;
  private final Pace pace;

  LoopPassage(LoopLink link, RunElements elements, BatchInHand batch, StagedResults results, ElementInHand element,
      LastFailure failure, Attempts attempts, Tally tally, Pace pace) {
    this.link = link;
    this.elements = elements;
    this.batch = batch;
    this.results = results;
    this.element = element;
    this.failure = failure;
    this.attempts = attempts;
    this.tally = tally;
    this.pace = pace;
  }

  @Override
  public int take(Object[] events, int from, int size) throws Exception {
    Loop loop = link.loop();
    pace.begin(size);
    for (int i = 0; i < size; ) {
      if (pace.isLong()) {
        batch.leave(size - i);
        return i;
      }
      int taken = pace.next(size - i);
      int before = results.count();
      Object[] out = results.withRoomFor(size - i);
      try {
        results.filled(loop.run(events, from + i, from + i + taken, out, before));
        count(taken, results.count() - before);
        pace.took(taken);
        i += taken;
      } catch (Exception thrown) {
        attempts.ensureTheirs(thrown);
        int at = loop.at() - from;
        results.filled(loop.made());
        count(at - i, results.count() - before);
        failed(at, events[from + at], thrown);
        pace.took(at + 1 - i);
        i = at + 1;
      }
    }
    return size;
  }

  private void failed(int at, Object event, Exception thrown) throws Exception {
    batch.take(at);
    element.input(event);
    int step = link.loop().step();
    failure.is(link.step + step, link.steps().valueAt(step, event), Times.NEVER, Times.NEVER, element.claim());
    elements.take(event, Times.NEVER, Times.NEVER, thrown);
  }

  private void count(int taken, int made) {
    if (made > 0) attempts.elementSucceeded();
    tally.in += taken;
    tally.handled += made;
    tally.filtered += taken - made;
    tally.out += made;
  }
}
