package stage.runtime.pipeline;

import stage.api.pipeline.plan.Site;
import stage.runtime.pipeline.receipt.Carried;
import stage.runtime.pipeline.receipt.Claim;
import stage.runtime.pipeline.receipt.Journal;
import stage.runtime.time.Time;

/** What links ask and tell the run that they are in. The run's own thread. */
final class LinkContext {
  private final ChainPlan plan;
  private final JobContext job;
  private final Tally tally;
  private final LinkRow links;
  private final BatchInHand batch;
  private final StagedResults results;
  private final ElementInHand element;
  private final Reception reception;
  private final LastFailure failure;
  private final Journal journal;
  private final GivingUp givingUp;
  private final Attempts attempts;
  private final MadeResults made;

  LinkContext(ChainPlan plan, JobContext job, Tally tally, LinkRow links, BatchInHand batch, StagedResults results,
      ElementInHand element, Reception reception, LastFailure failure, Journal journal, GivingUp givingUp,
      Attempts attempts, MadeResults made) {
    this.plan = plan;
    this.job = job;
    this.tally = tally;
    this.links = links;
    this.batch = batch;
    this.results = results;
    this.element = element;
    this.reception = reception;
    this.failure = failure;
    this.journal = journal;
    this.givingUp = givingUp;
    this.attempts = attempts;
    this.made = made;
  }

  // ---- the element in hand

  Object input() {
    return element.input();
  }

  Object keyInHand() {
    return element.key();
  }

  int sideInHand() {
    return element.side();
  }

  boolean isOfResult() {
    return !batch.hasElement() && element.isOfResult();
  }

  void absorbed() {
    reception.absorbed();
  }

  void sunk() {
    reception.absorbed();
    tally.out++;
  }

  /** A row that was worked in before is forgotten, because there is no room. */
  void forgotten() {
    tally.handled--;
    tally.dropped++;
  }

  /** There is no room for the element in hand. */
  void overflown() {
    reception.overflown();
  }

  /** An element that was absorbed before has no result. */
  void displaced() {
    tally.handled--;
    tally.filtered++;
  }

  void late(int place, Object value, long t, long w, boolean isAfterIdle) {
    reception.late(isAfterIdle);
    if (links.isLateRouted(place)) {
      stage(Envelope.of(outgoing(value), null, t, w, TestRouteLink.OTHER));
      tally.out--;   // it is no result
    }
  }

  /** A function that ran elsewhere is through with an element. */
  void came(OutcomeLink.Outcome came) {
    element.input(came.input());
    tally.retried += came.attempts() - 1;
    if (came.failure() != null) attempts.failedElsewhere(came);
  }

  // ---- results

  /** {@return whether there is room in this turn for one more that comes of no element, which is counted} */
  boolean hasRoom() {
    return !links.isExpanding() && results.mayMake();
  }

  /**
   * {@return whether there is room in this turn for one more that a step makes of the element in hand, which is
   * counted} If not, the step goes on in a later turn.
   */
  boolean mayExpand() {
    return results.mayExpand();
  }

  /** {@return how much more is wanted in this turn} */
  long wanted() {
    return results.wanted();
  }

  /** {@return whether a link behind one lets nothing pass any more} */
  boolean isDoneBehind(int place) {
    return links.isDoneBehind(place);
  }

  void stage(Object event) {
    results.add(event);
  }

  /** {@return an element as it is sent on: with what it answers for} Each consumer that gets it will settle that. */
  Object outgoing(Object value) {
    Claim claim = element.claim();
    if (claim == null || plan.copies() == 0) return value;
    journal.add(claim, plan.copies(), links.size() - 1);
    return Carried.of(value, claim);
  }

  /** Hands on a result that comes of no element in hand: what fails costs that result. */
  void attempt(Link of, Object value, long t, long w) throws Exception {
    made.attempt(of, value, t, w, null, false);
  }

  /**
   * As that, of a result that answers for something.
   *
   * @param its what for; null for nothing
   * @param isRelease whether the link has kept it so far, and does no longer
   */
  void attempt(Link of, Object value, long t, long w, Claim its, boolean isRelease) throws Exception {
    made.attempt(of, value, t, w, its, isRelease);
  }

  /** Sets the job's result, if the run is its end. */
  void result(Object result) {
    job.result(plan.stage(), result);
  }

  // ---- what elements answer for

  Journal journal() {
    return journal;
  }

  /** {@return what the element or result in hand answers for; null for nothing} */
  Claim claim() {
    return element.claim();
  }

  /** What is handed on from now on answers for something else. Returns what it was before. */
  Claim claim(Claim other) {
    return element.claim(other);
  }

  /** {@return why the last result that could not be made is a dead letter; null if it is none} */
  Throwable givenUpFor() {
    return givingUp.cause();
  }

  // ---- failures

  int failures() {
    return failure.count();
  }

  Exception failed(int step, Link link, Object value, long t, long w, Exception thrown) {
    failure.is(step, value, t, w, element.claim());
    return thrown;
  }

  /**
   * What a link has made of several elements has failed behind it. If that is undone, and the link with it, what is
   * left is the element that it was given.
   */
  void passedBack(Link of, Claim given) {
    if (of.place >= plan.policies().get(failure.step()).from()) failure.passedBack(given);
  }

  /** An operator cannot work an element in. */
  void refused(int step, Object value, Exception cause, boolean isFiring) {
    Site site = plan.sites().get(step);
    At.mark(cause, site, value);
    if (isFiring || !batch.hasElement()) {
      tally.in++;
      tally.deadLettered++;
    } else {
      reception.refused();
    }
    givingUp.deadLetter(step, value, cause, 1);
  }

  /** Decides about a result that a user function could not make, with no element in hand. */
  boolean retry(int step, Link link, Object subject, Exception cause) throws Exception {
    return made.retry(step, link, subject, cause);
  }

  // ---- time

  Clock clock() {
    return job.clock();
  }

  Time time() {
    return job.time();
  }

  void awaitClock(long nanos) throws InterruptedException {
    batch.settleBefore();
    job.clock().await(nanos);
  }
}
