package stage.runtime.pipeline;

import stage.api.pipeline.Pane;
import stage.runtime.pipeline.operator.Operator;
import stage.runtime.pipeline.operator.Output;
import stage.runtime.pipeline.receipt.Carried;
import stage.runtime.pipeline.receipt.Claim;

/**
 * An operator as a link: what it emits for an element goes on as that element does; what it emits by itself is
 * settled by itself.
 *
 * @param <P> the operator
 */
abstract class OperatorLink<P extends Operator<Object>> extends Link implements Output<Object> {
  P operator;
  boolean isCounted;           // whether elements may answer for deliveries
  int fates;                   // how many elements it has not worked in
  private boolean isFiring;    // results come of no element in hand
  private final ReadyResults ready;   // null if results are of the element in hand

  OperatorLink(P operator) {
    this.operator = operator;
    this.ready = operator.makesResultsOfSeveral() ? new ReadyResults() : null;
  }

  @Override
  final ReadyResults ready() {
    return ready;
  }

  @Override
  final int openWindows() {
    return operator.openWindows();
  }

  // ---- results

  @Override
  public final boolean hasRoom() {
    return !isFiring || chain.hasRoom();
  }

  @Override
  public final void emit(Object value, Object its, long t, long w) throws Exception {
    if (isCounted) emitCounted(value, t, w);
    else if (isFiring) chain.attempt(this, value, t, w);
    else if (ready != null) ready.add(value, t, w, null);
    else next.push(value, t, w);
  }

  /** What was gathered is kept no longer. An early pane answers for nothing: a final one follows. */
  private void emitCounted(Object result, long t, long w) throws Exception {
    if (result instanceof Pane<?, ?> pane) {
      var value = Gathered.listed(pane.value());
      if (!(value instanceof Gathered(Object its, Claim claim))) {
        pass(result, t, w, chain.claim(), false);
        return;
      }
      boolean isFinal = pane.kind() != Pane.Kind.EARLY;
      pass(new Pane<>(pane.key(), pane.window(), its, pane.kind()), t, w, isFinal ? claim : null, isFinal);
      return;
    }
    switch (result) {
      case Gathered(Object value, Claim claim) -> pass(value, t, w, claim, true);
      case Carried carried -> pass(carried.value(), t, w, carried.claim(), false);
      default -> pass(result, t, w, chain.claim(), false);
    }
  }

  private void pass(Object value, long t, long w, Claim claim, boolean isRelease) throws Exception {
    if (isFiring) {
      chain.attempt(this, value, t, w, claim, isRelease);
      return;
    }
    if (ready != null) {
      if (!isRelease) chain.journal().add(claim, 1, place);
      ready.add(value, t, w, claim);
      return;
    }
    Claim inHand = chain.claim(claim);
    try {
      next.push(value, t, w);
    } catch (Exception thrown) {
      chain.passedBack(this, inHand);
      throw thrown;
    }
    chain.claim(inHand);
  }

  @Override
  public final void kept(Object value) {
    if (isCounted) chain.journal().add(Gathered.claimOf(value), 1, place);
  }

  @Override
  public final void released(Object value) {
    if (isCounted) chain.journal().settle(Gathered.claimOf(value), null, place);
  }

  @Override
  public final void lost(Object value) {
    if (isCounted) chain.journal().settle(Gathered.claimOf(value), chain.givenUpFor(), place);
  }

  @Override
  public final void late(Object value, long t, long w, boolean isAfterIdle) {
    fates++;
    chain.late(place, Gathered.valueOf(value), t, w, isAfterIdle);
  }

  @Override
  public final void filtered(Object value) {
    fates++;
  }

  @Override
  public final void dropped(Object value) {
    chain.forgotten();
    released(value);
  }

  @Override
  public final void deadLetter(Object value, Exception cause) {
    fates++;
    chain.refused(ownStep(), Gathered.valueOf(value), cause, isFiring);
  }

  @Override
  public final boolean retry(Object subject, Exception cause) throws Exception {
    return chain.retry(ownStep(), this, Gathered.valueOf(subject), cause);
  }

  /** {@return the number of the step that is the operator itself} Steps before it are its keys. */
  abstract int ownStep();

  // ---- the operator's state and time

  @Override
  final boolean isStateful() {
    return true;
  }

  @Override
  final void mark() {
    operator.mark();
    if (ready != null) ready.mark();
  }

  @Override
  final void undo() {
    operator.undo();
    if (ready != null) ready.undo();
  }

  @Override
  final void commit() {
    operator.commit();
    if (ready != null) ready.commit();
  }

  @Override
  final void rollback() {
    operator.rollback();
    if (ready != null) ready.rollback();
  }

  @Override
  @SuppressWarnings("unchecked")   // the same place in a chain of the same plan
  final void adopt(Link committed) {
    OperatorLink<P> its = (OperatorLink<P>) committed;
    operator = (P) its.operator.successor();
    if (ready != null) ready.adopt(its.ready);
  }

  @Override
  final void turn(long now) {
    operator.turn(now);
  }

  /** What an operator does when its results come of no element. */
  interface Firing {
    /** Does it. Returns whether there was room for all that came of it. */
    boolean run() throws Exception;
  }

  final boolean firing(Firing what) throws Exception {
    isFiring = true;
    try {
      return what.run();
    } finally {
      isFiring = false;
    }
  }

  @Override
  final boolean progress(long c) throws Exception {
    return firing(() -> operator.progress(c, this));
  }

  @Override
  final long vouchesFor(long c) {
    return operator.vouchesFor(c);
  }

  @Override
  final long nextTimer() {
    return operator.nextTimer();
  }

  @Override
  final boolean timer(long now) throws Exception {
    return now < operator.nextTimer() || firing(() -> operator.timer(now, this));
  }

  @Override
  final boolean end(boolean isCut) throws Exception {
    return firing(() -> operator.end(isCut, this));
  }

  @Override
  final boolean resume() throws Exception {
    return firing(() -> operator.resume(this));
  }
}
