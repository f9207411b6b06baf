package stage.runtime.pipeline;

import stage.runtime.pipeline.operator.Operator;
import stage.runtime.pipeline.operator.Output;

/**
 * An operator as a link: what it emits for an element goes on as that element does; what it emits by itself is
 * settled by itself.
 *
 * @param <P> the operator
 */
abstract class OperatorLink<P extends Operator<Object>> extends Link implements Output<Object> {
  P operator;
  int fates;                   // how many elements it has not worked in
  private boolean isFiring;    // results come of no element in hand

  OperatorLink(P operator) {
    this.operator = operator;
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
    if (isFiring) chain.attempt(this, value, t, w);
    else next.push(value, t, w);
  }

  @Override
  public final void late(Object value, long t, long w, boolean isAfterIdle) {
    fates++;
    chain.late(place, value, t, w, isAfterIdle);
  }

  @Override
  public final void filtered(Object value) {
    fates++;
  }

  @Override
  public final void dropped(Object value) {
    chain.forgotten();
  }

  @Override
  public final void deadLetter(Object value, Exception cause) {
    fates++;
    chain.refused(ownStep(), value, cause, isFiring);
  }

  @Override
  public final boolean retry(Object subject, Exception cause) throws Exception {
    return chain.retry(ownStep(), this, subject, cause);
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
  }

  @Override
  final void undo() {
    operator.undo();
  }

  @Override
  final void commit() {
    operator.commit();
  }

  @Override
  final void rollback() {
    operator.rollback();
  }

  @Override
  @SuppressWarnings("unchecked")   // the same place in a chain of the same plan
  final void adopt(Link committed) {
    operator = (P) ((OperatorLink<P>) committed).operator.successor();
  }

  @Override
  final void turn(long now) {
    operator.turn(now);
  }

  /** What an operator does when its results come of no element. */
  interface Firing {
    /** Does it. Answers whether there was room for all that came of it. */
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
