package stage.runtime.time;

/** What a machine waits for after a step. */
public sealed interface WaitState {
  /** Waits without a time limit, and the answers that do not wait. */
  enum Kind implements WaitState {
    /** There is more to do. */
    READY,
    /** Nothing to do; {@link StepMachine#waitsFor} says until when. */
    IDLE,
    /** Nothing to do until events arrive. */
    EVENTS,
    /** Nothing to do until there is demand. */
    DEMAND,
    /** Nothing to do until someone sends a message: the stage is paused, or has no subscription. */
    MAIL,
    /** Nothing to do until the last events sent are settled. */
    SETTLEMENT,
    /** Nothing to do until it is time to restart. */
    BACKOFF,
    /** Nothing to do until the supervisor lets the next incarnation start. */
    RELEASE,
    /** Nothing to do until it is time for the next look at what others do. */
    LOOK,
    /** Nothing to do before {@link StepMachine#around} was left and entered again. */
    REENTRY,
    /** Nothing to do for this thread: another one takes its place, or is about to. */
    REPLACED,
    /** Nothing to do ever again. */
    DONE
  }

  /**
   * Waits for something, or until a timer is due.
   *
   * @param what what else it waits for
   * @param atNanos when the timer is due, on {@link Time#nanos()}'s clock
   */
  record Timer(Kind what, long atNanos) implements WaitState {}
}
