package stage.api;

/**
 * What a timer of a stage that emits runs, as a turn on the stage's own thread.
 *
 * @param <O> the events it emits
 * @since 0.1
 */
@FunctionalInterface
public interface OutletAction<O> extends TimerAction {
  /**
   * Runs as a turn of the stage.
   *
   * @param out where to emit: the outlet of the incarnation that set the timer
   * @throws Exception a crash of the stage; what this turn emitted is discarded
   */
  void run(Outlet<O> out) throws Exception;

  /**
   * Not for this kind of action, which needs an outlet.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  default void run() {
    throw new UnsupportedOperationException(
        "this action needs the stage's outlet; it is run by the stage that has set the timer");
  }
}
