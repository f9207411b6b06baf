package stage.runtime.pipeline;

import stage.runtime.pipeline.operator.Times;

/**
 * An element on its way from one stage of a job to the next, where more must travel than the element itself. Immutable.
 *
 * @param value the element
 * @param key its key, if the stage before has asked for it; else null
 * @param t its time
 * @param w its source's watermark before it
 * @param route for which of several consumers it is
 */
record Envelope(Object value, Object key, long t, long w, int route) {
  static Object valueOf(Object event) {
    return event instanceof Envelope envelope ? envelope.value : event;
  }

  /** {@return the same with another element, which has its stamp} */
  static Object with(Object event, Object value) {
    return event instanceof Envelope(var old, var key, var t, var w, var route) && (t != Times.NEVER
        || w != Times.NEVER)
        ? new Envelope(value, null, t, w, 0) : value;
  }
}
