package stage.api.pipeline;

import java.util.function.Consumer;

/**
 * Makes any number of elements of one. As the argument of {@link java.util.stream.Stream#mapMulti}.
 *
 * @param <T> what it takes
 * @param <R> the results
 * @since 0.1
 */
@FunctionalInterface
public interface Multi<T, R> {
  /**
   * Does it.
   *
   * @param t the element
   * @param out takes results, none null, now and on this thread; of no use when this has returned. It throws a {@link
   *     java.util.concurrent.CancellationException}, which this lets pass, when no more is wanted
   * @throws Exception a failure of the element in hand; see {@link OnFailure}
   */
  void apply(T t, Consumer<R> out) throws Exception;
}
