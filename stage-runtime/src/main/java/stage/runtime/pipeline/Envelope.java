package stage.runtime.pipeline;

import stage.runtime.bridge.EventWrapper;
import stage.runtime.pipeline.operator.Times;
import stage.runtime.pipeline.receipt.Carried;
import stage.runtime.pipeline.receipt.Claim;

/**
 * An element on its way from one stage of a job to the next, where more must travel than the element itself. Immutable.
 *
 * <p>No record: most elements that are shared out by their keys have no time, and one that had room for it would be
 * two thirds larger, which is felt where each element has one.
 */
sealed class Envelope implements EventWrapper {
  private final Object value;   // the element, with what it answers for if that is something
  private final Object key;     // its key, if the stage before has asked for it; else null
  private final int route;      // for which of several consumers it is, or where these share keys, its key's hash

  private Envelope(Object value, Object key, int route) {
    this.value = value;
    this.key = key;
    this.route = route;
  }

  /** With its time. */
  private static final class Stamped extends Envelope {
    private final long t;   // its time
    private final long w;   // its source's watermark before it

    Stamped(Object value, Object key, long t, long w, int route) {
      super(value, key, route);
      this.t = t;
      this.w = w;
    }
  }

  /**
   * {@return an element in an envelope}
   *
   * @param value the element, with what it answers for if that is something
   * @param key its key; null if that does not travel
   * @param t its time; {@link Times#NEVER} if it has none
   * @param w its source's watermark before it
   * @param route for which of several consumers it is, or where these share keys, its key's hash
   */
  static Envelope of(Object value, Object key, long t, long w, int route) {
    return t == Times.NEVER && w == Times.NEVER ? new Envelope(value, key, route)
        : new Stamped(value, key, t, w, route);
  }

  Object value() {
    return value;
  }

  Object key() {
    return key;
  }

  int route() {
    return route;
  }

  long t() {
    return this instanceof Stamped stamped ? stamped.t : Times.NEVER;
  }

  long w() {
    return this instanceof Stamped stamped ? stamped.w : Times.NEVER;
  }

  static Object valueOf(Object event) {
    return Carried.valueOf(event instanceof Envelope envelope ? envelope.value : event);
  }

  private static Claim claimOf(Object event) {
    return Carried.claimOf(event instanceof Envelope envelope ? envelope.value : event);
  }

  /** {@return the same with another element, which has its stamp and answers for the same} */
  static Object with(Object event, Object element) {
    Object value = Carried.of(element, claimOf(event));
    return event instanceof Stamped stamped ? new Stamped(value, null, stamped.t, stamped.w, 0) : value;
  }

  @Override
  public Object wrapped() {
    return valueOf(this);
  }

  @Override
  public void gaveUp(Throwable cause) {
    if (value instanceof Carried element) element.gaveUp(cause);
  }
}
