package stage.runtime.bridge;

import stage.api.Outlet;

/** A consumer or producer-consumer of the runtime that wants to know when nothing has come for a while. */
public interface OnIdle {
  /**
   * {@return after how long, in nanoseconds, without an event {@link #onIdle} is called, once; 0 or less for never}
   * Only such time counts in which the stage waits for events and its demand is outstanding: not while it is paused,
   * backs off, or is held up by its consumers. Asked between turns; the cell's thread, does not throw.
   */
  long idleAfterNanos();

  /**
   * Nothing has come for that long. Runs as a turn.
   *
   * @param out the stage's outlet; null for a consumer
   * @throws Exception a crash of the stage
   */
  void onIdle(Outlet<?> out) throws Exception;
}
