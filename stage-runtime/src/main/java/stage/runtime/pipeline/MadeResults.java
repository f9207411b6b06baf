package stage.runtime.pipeline;

import stage.api.pipeline.OnFailure;
import stage.runtime.pipeline.operator.KeptElements;
import stage.runtime.pipeline.operator.Times;
import stage.runtime.pipeline.receipt.Carried;
import stage.runtime.pipeline.receipt.Claim;
import stage.runtime.pipeline.receipt.Journal;

/**
 * Results that operators make by themselves, with no element in hand: what fails costs that result. The run's own
 * thread.
 */
final class MadeResults {
  private final ChainPlan plan;
  private final Tally tally;
  private final LinkRow links;
  private final BatchInHand batch;
  private final ElementInHand element;
  private final LastFailure failure;
  private final Journal journal;
  private final GivingUp givingUp;
  private final Attempts attempts;
  private final CrashingResult crashing;
  private int retries;   // of the one that an operator tries to make

  MadeResults(ChainPlan plan, Tally tally, LinkRow links, BatchInHand batch, ElementInHand element,
      LastFailure failure, Journal journal, GivingUp givingUp, Attempts attempts, CrashingResult crashing) {
    this.plan = plan;
    this.tally = tally;
    this.links = links;
    this.batch = batch;
    this.element = element;
    this.failure = failure;
    this.journal = journal;
    this.givingUp = givingUp;
    this.attempts = attempts;
    this.crashing = crashing;
  }

  /**
   * Hands on a result.
   *
   * @param its what it answers for; null for nothing
   * @param isRelease whether the link has kept that so far, and does no longer
   */
  void attempt(Link of, Object value, long t, long w, Claim its, boolean isRelease) throws Exception {
    attemptOne(of, value, t, w, its, isRelease);
    releaseBehind(of.place);
  }

  /** Has results go on that links have made of several elements. The element in hand, if there is one, is through. */
  void release() throws Exception {
    boolean before = batch.through(true);
    try {
      releaseBehind(-1);
    } finally {
      batch.through(before);
    }
  }

  /** From the last link on, so that each result finds those before it gone. */
  private void releaseBehind(int place) throws Exception {
    for (Link link = links.lastReady(place); link != null; link = links.lastReady(place)) {
      KeptElements.Element oldest = link.ready().peek();
      Object value = oldest.value();
      attemptOne(link, Carried.valueOf(value), oldest.t(), oldest.w(), Carried.claimOf(value), true);
      link.ready().poll();   // it was there until now, so that a crash did not lose it
    }
  }

  private void attemptOne(Link of, Object value, long t, long w, Claim its, boolean isRelease) throws Exception {
    if (crashing.isSettledFirst()) batch.settleBefore();
    Object inputBefore = element.input();
    element.input(value);
    Claim claimBefore = element.claim(its);
    int crashingBefore = crashing.begin(of.place);
    givingUp.begin();
    try {
      Fate fate = fateOf(of.next, value, t, w);
      crashing.isOver();
      if (isRelease) journal.settle(its, givingUp.cause(), of.place);
      else if (givingUp.cause() != null) failedOf(its, givingUp.cause(), of.place);
      journal.seal();
      if (fate == Fate.DONE) return;
      tally.in++;
      fate.countTo(tally);
    } catch (Error error) {
      crashing.crashed(value, error);
      throw error;
    } finally {
      crashing.end(crashingBefore);
      element.input(inputBefore);
      element.claim(claimBefore);
    }
  }

  private Fate fateOf(Link next, Object value, long t, long w) throws Exception {
    if (crashing.isTooMuch(value)) return givingUp.giveUpCrashing(next.step, value, crashing);
    Exception thrown = null;
    if (next.isTraceless && !plan.isCounted()) {
      thrown = attempts.thrownBy(next, value, t, w);
      if (thrown == null) return Fate.DONE;
    }
    return attempts.through(next.place, value, t, w, thrown);
  }

  /** A result that answers for something is a dead letter; what it came of is there, and keeps that from ending. */
  private void failedOf(Claim its, Throwable cause, int place) {
    journal.add(its, 1, place);
    journal.settle(its, cause, place);
  }

  /** Decides about one that a user function could not make. Returns whether to try again. */
  boolean retry(int step, Link of, Object subject, Exception cause) throws Exception {
    attempts.ensureTheirs(cause);
    givingUp.begin();
    failure.is(step, subject, Times.NEVER, Times.NEVER, element.claim());
    OnFailure how = plan.policies().get(step).how();
    if (retries < how.retries()) {
      retries++;
      tally.retried++;
      return true;
    }
    int tries = retries + 1;
    retries = 0;
    At.mark(cause, plan.sites().get(step), subject);
    boolean before = batch.through(true);   // a result of several has failed, even if one of them is in hand
    int crashingBefore = crashing.begin(of.place);
    try {
      Fate fate = attempts.giveUpResult(how, subject, cause, tries);
      crashing.isOver();
      tally.in++;
      fate.countTo(tally);
    } finally {
      crashing.end(crashingBefore);
      batch.through(before);
    }
    return false;
  }
}
