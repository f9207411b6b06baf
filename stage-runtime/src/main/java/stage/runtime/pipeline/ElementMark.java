package stage.runtime.pipeline;

import stage.runtime.pipeline.receipt.Journal;

/**
 * Where everything stood before the element in hand: what it has changed is taken back to here if a step throws. The
 * run's own thread.
 */
final class ElementMark {
  private final LinkRow links;
  private final StagedResults results;
  private final ElementInHand element;
  private final Journal journal;
  private final Tally tally;
  private final Reception reception;
  private final GivingUp givingUp;

  ElementMark(LinkRow links, StagedResults results, ElementInHand element, Journal journal, Tally tally,
      Reception reception, GivingUp givingUp) {
    this.links = links;
    this.results = results;
    this.element = element;
    this.journal = journal;
    this.tally = tally;
    this.reception = reception;
    this.givingUp = givingUp;
  }

  /** @param from the first link that it goes through */
  void set(int from) {
    setOutput();
    links.mark(from);
  }

  /** An element has thrown, and there was a mark of what had changed by then: what has not is marked now. */
  void setTheRest(int from) {
    setOutput();
    links.markUnmarked(from);
  }

  private void setOutput() {
    results.mark();
    givingUp.begin();
    element.mark();
    journal.mark();
    tally.mark();
  }

  void undo(int from) {
    results.undo();
    element.undo();
    journal.undo(from);
    tally.undo();
    reception.undo();
    links.undo(from);
  }

  /** As that, and it will not be tried again. */
  void undoForGood(int from) {
    undo(from);
    links.gaveUp(from);
  }
}
