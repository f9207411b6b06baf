package stage.api.pipeline.plan;

import stage.api.pipeline.Bound;
import stage.api.pipeline.Fn;

/**
 * A table made of a stream.
 *
 * @param site the call that made it
 * @param input its rows
 * @param key of a row
 * @param bound how many rows
 * @param reading which version of a row a reader sees
 */
public record TablePlan(Site site, Node input, Fn<Object, Object> key, Bound bound, Reading reading) {
  /** Which version of a row a reader sees. */
  public enum Reading {
    /** The last of all: nothing is read before the table's input has ended. */
    LOADED_FIRST,
    /** The one that was valid at the reader's time. */
    AS_OF,
    /** The one that came last. */
    LATEST
  }
}
