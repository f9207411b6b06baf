package stage.runtime.pipeline;

import java.util.Objects;
import stage.api.pipeline.All;
import stage.api.pipeline.Fn;
import stage.runtime.pipeline.operator.Output;
import stage.runtime.pipeline.operator.SingleInput;

/** A reducer, with or without windows: an operator, the key of its elements, and what it does with its results. */
final class KeyedLink extends Link implements Output<Object> {
  private final Fn<Object, Object> key;   // null for all together
  private final boolean isKeyTravelling;
  private SingleInput<Object, Object> operator;
  private boolean isFiring;               // results come of no element in hand
  private boolean isAccepted;             // the element in hand was worked in

  KeyedLink(Fn<Object, Object> key, boolean isKeyTravelling, SingleInput<Object, Object> operator) {
    this.key = key;
    this.isKeyTravelling = isKeyTravelling;
    this.operator = operator;
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    Object its = All.ALL;
    if (key != null) {
      its = isKeyTravelling ? chain.keyInHand() : null;
      if (its == null) {
        try {
          its = Objects.requireNonNull(key.apply(value), "the key of an element is never null");
        } catch (Exception thrown) {
          throw chain.failed(step, this, value, t, w, thrown);
        }
      }
    }
    isAccepted = true;
    int failures = chain.failures();
    try {
      operator.accept(its, value, t, w, this);
      if (isAccepted) chain.absorbed();
    } catch (Exception thrown) {
      if (chain.failures() != failures) throw thrown;   // a later link's
      throw chain.failed(step + 1, this, value, t, w, thrown);
    }
  }

  // ---- results

  @Override
  public boolean hasRoom() {
    return !isFiring || chain.hasRoom();
  }

  @Override
  public void emit(Object value, Object its, long t, long w) throws Exception {
    if (isFiring) chain.attempt(this, value, t, w);
    else next.push(value, t, w);
  }

  @Override
  public void late(Object value, long t, long w, boolean isAfterIdle) {
    isAccepted = false;
    chain.late(place, value, t, w, isAfterIdle);
  }

  @Override
  public void deadLetter(Object value, Exception cause) {
    isAccepted = false;
    chain.refused(step + 1, value, cause, isFiring);
  }

  @Override
  public boolean retry(Object subject, Exception cause) throws Exception {
    return chain.retry(step + 1, this, subject, cause);
  }

  // ---- the operator's state and time

  @Override
  boolean isStateful() {
    return true;
  }

  @Override
  void mark() {
    operator.mark();
  }

  @Override
  void undo() {
    operator.undo();
  }

  @Override
  void commit() {
    operator.commit();
  }

  @Override
  void rollback() {
    operator.rollback();
  }

  @Override
  void adopt(Link committed) {
    operator = ((KeyedLink) committed).operator.successor();
  }

  @Override
  void turn(long now) {
    operator.turn(now);
  }

  /** What an operator does when its results come of no element. */
  private interface Firing {
    boolean run() throws Exception;
  }

  private boolean firing(Firing what) throws Exception {
    isFiring = true;
    try {
      return what.run();
    } finally {
      isFiring = false;
    }
  }

  @Override
  boolean progress(long c) throws Exception {
    return firing(() -> operator.progress(c, this));
  }

  @Override
  long vouchesFor(long c) {
    return operator.vouchesFor(c);
  }

  @Override
  long nextTimer() {
    return operator.nextTimer();
  }

  @Override
  boolean timer(long now) throws Exception {
    return now < operator.nextTimer() || firing(() -> operator.timer(now, this));
  }

  @Override
  boolean end(boolean isCut) throws Exception {
    return firing(() -> operator.end(isCut, this));
  }

  @Override
  boolean resume() throws Exception {
    return firing(() -> operator.resume(this));
  }

  boolean commitsEachElement() {
    return operator.commitsEachElement();
  }
}
