package stage.runtime.pipeline;

import stage.runtime.pipeline.receipt.Claim;
import stage.runtime.pipeline.receipt.Journal;

/** Takes the element in hand through the links, and counts what became of it. The run's own thread. */
final class RunElements {
  private final ChainPlan plan;
  private final Tally tally;
  private final LinkRow links;
  private final BatchInHand batch;
  private final StagedResults results;
  private final ElementInHand element;
  private final Reception reception;
  private final Journal journal;
  private final GivingUp givingUp;
  private final Attempts attempts;
  private final MadeResults made;
  private final CrashingResult crashing;
  private final Link[] markedEach;   // those that each element marks; null if it marks all that are stateful

  RunElements(ChainPlan plan, Tally tally, LinkRow links, BatchInHand batch, StagedResults results,
      ElementInHand element, Reception reception, Journal journal, GivingUp givingUp, Attempts attempts,
      MadeResults made,
      CrashingResult crashing, Link[] markedEach) {
    this.plan = plan;
    this.tally = tally;
    this.links = links;
    this.batch = batch;
    this.results = results;
    this.element = element;
    this.reception = reception;
    this.journal = journal;
    this.givingUp = givingUp;
    this.attempts = attempts;
    this.made = made;
    this.crashing = crashing;
    this.markedEach = markedEach;
  }

  /** Takes one through. */
  void take(Object value, long t, long w) throws Exception {
    if (markedEach == null) {
      take(value, t, w, null);
      return;
    }
    reception.begin();
    int before = results.count();
    Claim its = element.claim();
    journal.mark();
    try {
      for (Link link : markedEach) link.mark();
      links.first().push(value, t, w);
    } catch (Exception thrown) {
      attempts.ensureTheirs(thrown);
      take(value, t, w, thrown);
      return;
    }
    attempts.elementSucceeded();
    if (its != null) {
      journal.settle(its, null, links.size());
      journal.seal();
    }
    tally.in++;
    count(before);
  }

  /** As that, of one that has thrown already. */
  void take(Object value, long t, long w, Exception thrownBefore) throws Exception {
    reception.begin();
    attempts.begin();
    givingUp.begin();
    int before = results.count();
    Claim its = element.claim();
    // one that has all it wanted takes the rest in vain, so that what others make of the same deliveries still counts
    boolean isInVain = plan.isCounted() && links.isDone();
    Fate fate = isInVain ? Fate.DONE : attempts.through(0, value, t, w, thrownBefore);
    if (its != null) {
      journal.settle(its, givingUp.cause(), links.size());
      journal.seal();
    }
    tally.in++;
    if (fate == Fate.DONE) count(before);
    else fate.countTo(tally);
  }

  /** Nothing has failed, so a step that took the element says what became of it, or there is a result. */
  private void count(int resultsBefore) {
    reception.count(results.count() > resultsBefore);
    if (reception.isOverflown()) batch.drop(plan.sites().getFirst() + " is full");
  }

  /** Has results go on that links have made of several elements, of which the last is through. */
  void release() throws Exception {
    if (links.hasReady()) made.release();
  }

  /** Makes more of an element that an earlier turn has taken. */
  void expand() throws Exception {
    FlatMapLink link = links.lastExpanding();
    FlatMapLink.Rest rest = link.first();
    element.reopen(rest);
    Fate fate = fateOf(link, rest);
    element.close();
    if (fate != Fate.DONE) links.forget(links.size(), rest.input(), givingUp.cause());
    journal.seal();
    if (fate == Fate.DONE) return;
    if (rest.isOfResult()) tally.in++;
    else tally.handled--;
    fate.countTo(tally);
  }

  private Fate fateOf(FlatMapLink link, FlatMapLink.Rest rest) throws Exception {
    int crashingBefore = crashing.begin(link.place);
    givingUp.begin();
    try {
      Fate fate = crashing.isTooMuch(rest.input()) ? givingUp.giveUpCrashing(link.step, rest.input(), crashing)
          : attempts.through(link.place, FlatMapLink.REST, rest.t(), rest.w(), null);
      crashing.isOver();
      return fate;
    } catch (Error error) {
      crashing.crashed(rest.input(), error);
      throw error;
    } finally {
      crashing.end(crashingBefore);
    }
  }
}
