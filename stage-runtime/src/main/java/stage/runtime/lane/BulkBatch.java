package stage.runtime.lane;

import java.util.List;

/**
 * A batch as a behaviour of the runtime sees it: a run in an array that nobody writes to any more. Every batch that
 * {@code onEvents} is given is one.
 *
 * @param <E> the events
 */
public interface BulkBatch<E> extends List<E> {
  /** {@return the array; not to be written to} */
  Object[] array();

  /** {@return where the batch begins in it} */
  int from();

  /** {@return where the batch ends in it: behind its last event} */
  int to();
}
