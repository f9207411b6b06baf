package stage.api;

/**
 * What {@link ProducerRef#callEmit} runs on a producer's own thread: a function that may emit, and whose result is the
 * caller's answer.
 *
 * @param <S> the behaviour's type
 * @param <O> the events it emits
 * @param <R> the answer's type
 * @since 0.1
 */
@FunctionalInterface
public interface EmitFunction<S, O, R> {
  /**
   * Runs as a turn of the stage, with its current behaviour and its outlet.
   *
   * @param stage the current behaviour
   * @param out where to emit
   * @return the answer; may be null
   * @throws Exception handed to the caller; what this turn emitted is discarded, and the stage goes on
   */
  R apply(S stage, Outlet<O> out) throws Exception;
}
