package stage.runtime.pipeline;

import stage.runtime.bridge.Carrier;
import stage.runtime.pipeline.operator.Times;
import stage.runtime.pipeline.receipt.Carried;
import stage.runtime.pipeline.receipt.Claim;

/**
 * An element on its way from one stage of a job to the next, where more must travel than the element itself. Immutable.
 *
 * @param value the element, with what it answers for if that is something
 * @param key its key, if the stage before has asked for it; else null
 * @param t its time
 * @param w its source's watermark before it
 * @param route for which of several consumers it is
 */
record Envelope(Object value, Object key, long t, long w, int route) implements Carrier {
  static Object valueOf(Object event) {
    return Carried.valueOf(event instanceof Envelope envelope ? envelope.value : event);
  }

  private static Claim claimOf(Object event) {
    return Carried.claimOf(event instanceof Envelope envelope ? envelope.value : event);
  }

  /** {@return the same with another element, which has its stamp and answers for the same} */
  static Object with(Object event, Object element) {
    Object value = Carried.of(element, claimOf(event));
    return event instanceof Envelope(var old, var key, var t, var w, var route) && (t != Times.NEVER
        || w != Times.NEVER)
        ? new Envelope(value, null, t, w, 0) : value;
  }

  @Override
  public Object carried() {
    return valueOf(this);
  }

  @Override
  public void gaveUp(Throwable cause) {
    if (value instanceof Carried element) element.gaveUp(cause);
  }
}
