package stage.api;

/**
 * What {@link ProducerRef#castEmit} runs on a producer's own thread: an action that may emit.
 *
 * @param <S> the behaviour's type
 * @param <O> the events it emits
 * @since 0.1
 */
@FunctionalInterface
public interface EmitAction<S, O> {
  /**
   * Runs as a turn of the stage, with its current behaviour and its outlet.
   *
   * @param stage the current behaviour
   * @param out where to emit
   * @throws Exception a crash of the stage; what this turn emitted is discarded
   */
  void accept(S stage, Outlet<O> out) throws Exception;
}
