package stage.runtime.pipeline;

/** Takes elements through the run one by one, as long as there is room for what they make. */
final class OneByOne implements Passage {
  private final ChainPlan plan;
  private final LinkRow links;
  private final RunElements elements;
  private final BatchInHand batch;
  private final StagedResults results;
  private final ElementInHand element;
  private final Pace pace;

  OneByOne(ChainPlan plan, LinkRow links, RunElements elements, BatchInHand batch, StagedResults results,
      ElementInHand element, Pace pace) {
    this.plan = plan;
    this.links = links;
    this.elements = elements;
    this.batch = batch;
    this.results = results;
    this.element = element;
    this.pace = pace;
  }

  @Override
  public int take(Object[] events, int from, int size) throws Exception {
    pace.begin(size);
    int told = 0;
    for (int i = 0; i < size; i++) {
      if (i - told == pace.next(size)) {
        pace.took(i - told);
        told = i;
        if (pace.isLong()) {
          batch.leave(size - i);
          return i;
        }
      }
      batch.take(i);
      element.open(events[from + i]);
      elements.take(element.input(), element.t(), element.w());
      elements.release();
      if (links.isDone() && !plan.isCounted()) return i + 1;
      if (results.room() <= 0 || links.isExpanding()) {
        batch.leave(size - i - 1);
        return i + 1;
      }
    }
    pace.took(size - told);
    return size;
  }
}
