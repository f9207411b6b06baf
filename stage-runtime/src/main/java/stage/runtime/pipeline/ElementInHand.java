package stage.runtime.pipeline;

import stage.runtime.pipeline.operator.Times;
import stage.runtime.pipeline.receipt.Carried;
import stage.runtime.pipeline.receipt.Claim;

/** What goes through a run at the moment, and what it answers for. The run's own thread. */
final class ElementInHand {
  private final boolean isCounted;
  private int side;            // which of several inputs it is of
  private Object key;          // if the stage before has sent it along
  private Object input;        // the element as it has come
  private long t;              // its time, and the watermark of its source, if it has come with them
  private long w;
  private boolean isOfResult = true;   // with no element of a batch: whether an operator made it by itself
  private Claim claim;         // null for nothing
  private Claim claimMarked;

  /** @param isCounted whether elements may answer for deliveries */
  ElementInHand(boolean isCounted) {
    this.isCounted = isCounted;
  }

  void open(Object event) {
    if (event instanceof Envelope envelope) {
      key = envelope.key();
      t = envelope.t();
      w = envelope.w();
      take(envelope.value());
    } else {
      key = null;
      t = Times.NEVER;
      w = Times.NEVER;
      take(event);
    }
  }

  private void take(Object event) {
    input = event;
    claim = null;
    if (isCounted && event instanceof Carried carried) {
      input = carried.value();
      claim = carried.claim();
    }
  }

  /** Goes on with one that an earlier turn has taken. */
  void reopen(FlatMapLink.Rest rest) {
    input = rest.input();
    isOfResult = rest.isOfResult();
    claim = rest.claim();
  }

  void close() {
    isOfResult = true;
    claim = null;
  }

  int side() {
    return side;
  }

  void side(int its) {
    side = its;
  }

  Object key() {
    return key;
  }

  Object input() {
    return input;
  }

  void input(Object its) {
    input = its;
  }

  long t() {
    return t;
  }

  long w() {
    return w;
  }

  boolean isOfResult() {
    return isOfResult;
  }

  // ---- what it answers for

  Claim claim() {
    return claim;
  }

  /** What is handed on from now on answers for something else. Returns what it was before. */
  Claim claim(Claim other) {
    Claim before = claim;
    claim = other;
    return before;
  }

  Claim claimMarked() {
    return claimMarked;
  }

  void mark() {
    claimMarked = claim;
  }

  void mark(Claim its) {
    claimMarked = its;
  }

  void undo() {
    claim = claimMarked;
  }
}
