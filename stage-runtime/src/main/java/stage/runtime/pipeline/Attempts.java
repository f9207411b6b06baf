package stage.runtime.pipeline;

import java.util.List;
import java.util.concurrent.CancellationException;
import stage.api.pipeline.Failed;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.plan.Site;
import stage.api.supervision.Backoff;
import stage.runtime.bridge.BridgeContext;
import stage.runtime.pipeline.receipt.Claim;
import stage.runtime.pipeline.receipt.Journal;

/**
 * Takes an element, or a result that comes of none, through the links until it is through or its failure is settled
 * by the policy of the step that threw. The run's own thread.
 */
final class Attempts {
  private final ChainPlan plan;
  private final JobContext job;
  private final Tally tally;
  private final LinkRow links;
  private final BatchInHand batch;
  private final StagedResults results;
  private final ElementInHand element;
  private final LastFailure failure;
  private final Journal journal;
  private final ElementMark mark;
  private final GivingUp givingUp;
  private final CrashingResult crashing;
  private final Guard guard = new Guard();
  private final Guard guardOfResults = new Guard();   // that come of no element in hand, such as those of windows
  private final long timeoutNanos;                    // how long an element may take; 0 for any time
  private BridgeContext context;                      // this incarnation's
  private OutcomeLink.Outcome outcome;                // of a function that ran elsewhere and has failed; else null

  Attempts(ChainPlan plan, JobContext job, Tally tally, LinkRow links, BatchInHand batch, StagedResults results,
      ElementInHand element, LastFailure failure, Journal journal, ElementMark mark, GivingUp givingUp,
      CrashingResult crashing) {
    this.plan = plan;
    this.job = job;
    this.tally = tally;
    this.links = links;
    this.batch = batch;
    this.results = results;
    this.element = element;
    this.failure = failure;
    this.journal = journal;
    this.mark = mark;
    this.givingUp = givingUp;
    this.crashing = crashing;
    this.timeoutNanos = timeoutNanos(plan.policies());
  }

  static long timeoutNanos(List<Policy> policies) {
    return policies.stream().mapToLong(Policy::timeoutNanos).filter(nanos -> nanos > 0).min().orElse(0);
  }

  /** An incarnation begins. */
  void start(BridgeContext itsContext) {
    context = itsContext;
  }

  /** Begins with an element. */
  void begin() {
    outcome = null;
  }

  /** A function that ran elsewhere has failed on the element in hand. */
  void failedElsewhere(OutcomeLink.Outcome its) {
    outcome = its;
  }

  /** An element of a batch, or a whole batch, is through. */
  void elementSucceeded() {
    guard.succeeded();
  }

  /** Takes a value through the links from one on, until it is through or its failure is settled. */
  Fate through(int from, Object value, long t, long w, Exception thrownBefore) throws Exception {
    Exception thrown = thrownBefore;
    for (int attempt = 1;; attempt++) {
      if (thrown == null) {
        mark.set(from);
        thrown = tried(from, value, t, w);
        if (thrown == null) return Fate.DONE;
      } else {
        mark.setTheRest(from);
      }
      int step = failure.step();
      Policy policy = plan.policies().get(step);
      // then nobody sees what was thrown
      boolean isSkipped = policy.recover() == null && policy.how().last() == OnFailure.Last.SKIP;
      if (!isSkipped) At.mark(thrown, plan.sites().get(step), failure.value());
      if (policy.recover() != null) return recover(from, policy, thrown, attempts(attempt));
      mark.undo(from);
      OnFailure how = policy.how();
      if (outcome == null && attempt <= how.retries()) {
        tally.retried++;
        awaitRetry(how.backoff(), attempt);
        thrown = null;
        continue;
      }
      Object subject = element.input() == null ? value : element.input();
      boolean hasCrashed = ensureMayGiveUp(how, subject, thrown);
      links.gaveUp(from);
      return givingUp.giveUp(how, step, subject, thrown, hasCrashed ? crashing.crashes() : attempts(attempt));
    }
  }

  /** Returns what a step has thrown; null if none has. */
  private Exception tried(int from, Object value, long t, long w) throws Exception {
    try {
      boolean isCounted = !batch.isEmptyHanded() || crashing.isInHand();   // else it would be tried forever
      if (timeoutNanos == 0 || !isCounted) links.get(from).push(value, t, w);
      else limited(from, value, t, w);
      guard().succeeded();
      return null;
    } catch (Exception thrown) {
      ensureTheirs(thrown);
      return thrown;
    }
  }

  /** Windows take elements although nothing can be done with any of their results. */
  private Guard guard() {
    return batch.hasElement() ? guard : guardOfResults;
  }

  /**
   * Interrupts the element's steps when their time is over. Steps that go on all the same for as long again are
   * abandoned: the stage is killed, and its next incarnation gets the element.
   */
  private void limited(int from, Object value, long t, long w) throws Exception {
    var limit = new TimeLimit(job.time(), job.time().current(), timeoutNanos, () -> job.giveUp(plan.stage()));
    try {
      links.get(from).push(value, t, w);
    } catch (Exception thrown) {
      if (limit.end()) throw limit.exceeded(thrown);
      throw thrown;
    } finally {
      limit.end();
    }
  }

  /**
   * Throws what ends the turn, and so the incarnation, in place of an element. Returns whether that was so before, as
   * often as it may be, and it is given up for that.
   */
  private boolean ensureMayGiveUp(OnFailure how, Object subject, Exception thrown) throws Exception {
    boolean isCrash = how.last() == OnFailure.Last.CRASH;
    if (!isCrash && !guard().isTooMany(how, job.clock().now())) return false;
    if (crashing.crashed(subject, thrown)) return true;
    batch.settleBefore();
    throw isCrash ? thrown : new TooManyFailuresException(Guard.message(how), thrown);
  }

  /**
   * {@return how often the element was tried} A function that ran elsewhere has tried by itself, and is not run
   * again.
   */
  private int attempts(int here) {
    return outcome == null ? here : outcome.attempts();
  }

  private void awaitRetry(Backoff backoff, int attempt) throws InterruptedException {
    long wait = job.backoffNanos(backoff, attempt);
    if (results.isOfSink() || wait > 0) batch.settleBefore();
    if (wait > 0) job.clock().await(wait);
  }

  /** Lets pass what is no failure of an element: an interrupt that wants the stage to end. */
  void ensureTheirs(Exception thrown) throws Exception {
    if (thrown instanceof InterruptedException) throw thrown;
    if (thrown instanceof CancellationException && context.isCancelled()) throw thrown;
    if (context.isCancelled()) throw thrown;
  }

  /**
   * Goes on with another element, behind the steps that are covered. Steps before those keep what they did, unless
   * one of them makes many.
   */
  private Fate recover(int from, Policy policy, Exception thrown, int attempts) throws Exception {
    int step = failure.step();
    Site site = plan.sites().get(step);
    Object value = failure.value();
    long t = failure.t();
    long w = failure.w();
    boolean isOneToOne = links.isOneToOne(from, policy.from());
    mark.undoForGood(isOneToOne ? Math.max(from, policy.from()) : from);
    links.forget(policy.after(), element.input(), null);
    var failed = new Failed(element.input() == null ? value : element.input(), value, thrown, site.label(),
        site.line(), attempts);
    Object instead;
    try {
      instead = policy.recover().apply(failed);
      if (instead == null) throw new NullPointerException("recover returned null, and no element may be null");
    } catch (Exception again) {
      again.addSuppressed(thrown);
      mark.undoForGood(from);
      At.mark(again, policy.site(), value);
      return givingUp.giveUp(OnFailure.ofDefault(), step, failed.input(), again, attempts);
    }
    if (isOneToOne) element.claim(failure.claim());
    int journalMark = journal.marked();
    Claim own = element.claimMarked();
    Fate fate = through(policy.after(), instead, t, w, null);
    journal.mark(journalMark);   // what comes is taken back, and put together, to where the element began
    element.mark(own);
    if (fate != Fate.DONE) mark.undoForGood(from);
    return fate;
  }

  // ---- results that come of no element

  /** Hands a result on without a mark. Returns what a step has thrown; null if none has. */
  Exception thrownBy(Link link, Object value, long t, long w) throws Exception {
    try {
      link.push(value, t, w);
    } catch (Exception thrown) {
      ensureTheirs(thrown);
      return thrown;
    }
    guardOfResults.succeeded();
    return null;
  }

  /** Decides about a result that a user function could not make for the last time. */
  Fate giveUpResult(OnFailure how, Object subject, Exception cause, int attempts) throws Exception {
    boolean isCrash = how.last() == OnFailure.Last.CRASH;
    boolean mayCrash = isCrash || guardOfResults.isTooMany(how, job.clock().now());
    boolean hasCrashed = mayCrash && crashing.crashed(subject, cause);
    if (mayCrash && !hasCrashed) throw isCrash ? cause : new TooManyFailuresException(Guard.message(how), cause);
    return givingUp.giveUp(how, failure.step(), subject, cause, hasCrashed ? crashing.crashes() : attempts);
  }
}
