package stage.runtime.mailbox;

/** One of the things that other threads tell a cell. */
public enum Signal {
  /** Give up what you are doing. */
  CANCELLED("cancelled"),
  /** End normally. */
  STOPPED("stopped"),
  /** Take no turns for events or demand. */
  PAUSED("paused"),
  /** End when everything in flight is handled. */
  DRAINED("drained"),
  /** There may be something to emit. */
  WOKEN_UP("woken up"),
  /** A consumer has left its lane. */
  CONSUMER_LEFT("a consumer left"),
  /** There is a subscription to cancel. */
  CANCEL_ASKED("a cancel was asked for"),
  /** Events were handed in from outside. */
  HANDED_IN("events handed in"),
  /** A producer has ended a subscription. */
  INPUT_ENDED("an input has ended"),
  /** End the incarnation and wait: the supervisor restarts this cell together with others. */
  HELD("held"),
  /** Start the next incarnation. */
  RELEASED("released"),
  /** End the incarnation by force. */
  KILLED("killed"),
  /** The stage itself wants to end normally. */
  LEAVES("leaves"),
  /** Events that threads of their own have worked on are finished. */
  TASKS_FINISHED("tasks finished"),
  /** Another thread wants something of a built-in behaviour. */
  NOTIFIED("notified");

  private final String text;

  Signal(String text) {
    this.text = text;
  }

  /** {@return its bit in {@link Signals#bits}} */
  int bit() {
    return 1 << ordinal();
  }

  /** {@return what a trace says of a cell that was told this} */
  public String text() {
    return text;
  }
}
