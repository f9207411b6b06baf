package stage.runtime.flow;

import java.util.List;

/**
 * A subscriber of ours, which takes many events at once.
 *
 * @param <E> the events
 */
interface BatchSubscriber<E> {
  /** As one {@code onNext} after the other, of events that were requested. */
  void onRun(List<? extends E> events);
}
