package stage.runtime.pipeline;

import java.util.Iterator;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import stage.api.pipeline.Multi;

/**
 * Makes many of one, which the user's function hands over. Most functions hand over few, on the run's own thread. One
 * that hands over more than belongs to a turn is told to stop there, and is called again on a thread of its own, which
 * waits while no more is wanted.
 */
final class MultiLink extends FlatMapLink {
  static final String NULL_PASSED_ON = "mapMulti passed on null; an element must not be null";

  private final Multi<Object, Object> fn;
  // the one that was begun last; the run's thread, read by one that replaces it
  private volatile LongCall call;

  MultiLink(Multi<Object, Object> fn) {
    super(null);
    this.fn = fn;
  }

  /** What a call on the run's thread has handed over, and how it ended. */
  private final class Few implements Consumer<Object> {
    private final long t;
    private final long w;
    private long made;
    private boolean isCut;     // nothing more of it belongs to this turn
    private boolean isOver;    // nothing more of it is wanted at all
    private Exception later;   // what a later link threw

    Few(long t, long w) {
      this.t = t;
      this.w = w;
    }

    @Override
    public void accept(Object each) {
      if (each == null) throw new NullPointerException(NULL_PASSED_ON);
      isOver |= chain.isDoneBehind(place);
      if (!isOver && later == null) isCut |= !chain.mayExpand();
      if (isOver || isCut || later != null) throw new CancellationException("no more than " + made
          + " results of mapMulti are wanted for now");
      made++;
      try {
        next.push(each, t, w);
      } catch (Exception thrown) {
        later = thrown;
        throw new CancellationException("a later step threw");
      }
    }
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    if (value == REST || hasRest()) {
      super.push(value, t, w);
      return;
    }
    var few = new Few(t, w);
    try {
      fn.apply(value, few);
    } catch (Exception thrown) {
      boolean isToldTo = few.isOver || few.isCut || few.later != null;
      if (!isToldTo) throw chain.failed(step, this, value, t, w, thrown);
    }
    if (few.later != null) throw few.later;
    if (few.isCut && !few.isOver) begin(value, t, w, few.made);
  }

  @Override
  Iterator<?> all(Object value) {
    LongCall before = call;
    if (before != null) before.stop();
    call = new LongCall(fn, value, chain.time());
    return call;
  }

  @Override
  void leave() {
    LongCall left = call;
    if (left != null) left.leave();
  }

  @Override
  void stop() {
    LongCall left = call;
    call = null;
    if (left != null) left.stop();
  }
}
