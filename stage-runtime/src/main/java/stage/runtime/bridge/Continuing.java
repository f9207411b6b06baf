package stage.runtime.bridge;

/**
 * A consumer of the runtime whose work goes on over several turns. What is left is state that changes with the turn, so
 * that a restarted incarnation goes on where the last turn that was good had ended. Producer-consumers have the same in
 * their public contract: {@link stage.api.Stage.ProducerConsumer#hasMore}.
 */
public interface Continuing {
  /**
   * {@return whether there is something left for {@link #onMore}} Asked at the end of each turn, as a part of it, and
   * when an incarnation has started.
   */
  boolean hasMore();

  /**
   * {@return whether it waits for others although it has no input} A drain, which ends stages that have nothing left to
   * do, then waits for it.
   */
  default boolean lingers() {
    return false;
  }

  /**
   * Does the next part of what is left. Runs as a turn of its own: before new input is taken, and before the stage
   * completes.
   *
   * @throws Exception a crash of the stage; what this turn did is undone
   */
  void onMore() throws Exception;
}
