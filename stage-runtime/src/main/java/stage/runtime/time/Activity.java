package stage.runtime.time;

/**
 * What a stage is doing when it may crash: a piece of user code, or a step of the engine. What happens to a crash
 * depends on it; people see its text, in logs, events and snapshots.
 */
public enum Activity {
  /** The factory makes a behaviour. */
  FACTORY("the factory"),
  /** {@code onStart}. */
  ON_START("onStart"),
  /** {@code onStop}. */
  ON_STOP("onStop"),
  /** {@code onDemand}. */
  ON_DEMAND("onDemand"),
  /** {@code generate}. */
  GENERATE("generate"),
  /** {@code onEvents}. */
  ON_EVENTS("onEvents"),
  /** {@code onMore}. */
  ON_MORE("onMore"),
  /** A behaviour is told of the progress of its lanes. */
  ON_PROGRESS("onProgress"),
  /** A behaviour is told that nothing has come for a while. */
  ON_IDLE("onIdle"),
  /** {@code onSubscribe}. */
  ON_SUBSCRIBE("onSubscribe"),
  /** {@code onConsumerSubscribed}. */
  ON_CONSUMER_SUBSCRIBED("onConsumerSubscribed"),
  /** {@code onConsumerLeft}. */
  ON_CONSUMER_LEFT("onConsumerLeft"),
  /** {@code onInputEnd}. */
  ON_INPUT_END("onInputEnd"),
  /** {@code onComplete}. */
  ON_COMPLETE("onComplete"),
  /** The function of a call, whose caller gets what it throws. */
  CALL("a call"),
  /** The action of a cast. */
  CAST("a cast"),
  /** The action of a timer. */
  TIMER("a timer"),
  /** A built-in behaviour answers a notification. */
  NOTIFICATION("a bridge"),
  /** The cell takes in what the threads that handle an event each have done. */
  TASKS("a task"),
  /** The function for one event, on a thread of its own. */
  EVENT_FUNCTION("the function for an event"),
  /** The dispatcher's rule shares events out. */
  DISPATCHER("the dispatcher"),
  /** A permanent stage has completed once too often. */
  COMPLETION("completion"),
  /** A producer has failed, and its consumer ends with it. */
  SUBSCRIPTION("the subscription"),
  /** The incarnation is ended by force. */
  KILL("kill"),
  /** The stage is told to give up. */
  CANCEL("cancel"),
  /** The stage has delivered what it had emitted. */
  DRAIN("drain"),
  /** The engine itself. */
  ENGINE("the engine");

  private final String text;

  Activity(String text) {
    this.text = text;
  }

  /** {@return the words for it that people see} */
  public String text() {
    return text;
  }

  /** {@return whether an incarnation that crashed in it is over, so that it cannot be resumed} */
  public boolean endsIncarnation() {
    return this == FACTORY || this == ON_START || this == KILL;
  }

  /** {@return whether it is one piece of work, which an incarnation that is resumed leaves out} */
  public boolean isSkippable() {
    return this == CAST || this == TIMER || this == ON_SUBSCRIBE
        || this == ON_CONSUMER_SUBSCRIBED || this == ON_CONSUMER_LEFT;
  }

  /** {@return whether it is a turn of a stage, as the crash rules of a simulation count them} */
  public boolean isTurn() {
    return switch (this) {
      case FACTORY, ON_START, ON_STOP, ON_SUBSCRIBE, CALL -> false;
      case ON_DEMAND, GENERATE, ON_EVENTS, ON_MORE, ON_PROGRESS, ON_IDLE, ON_CONSUMER_SUBSCRIBED, ON_CONSUMER_LEFT,
          ON_INPUT_END, ON_COMPLETE, CAST, TIMER, NOTIFICATION, TASKS, EVENT_FUNCTION -> true;
      case DISPATCHER, COMPLETION, SUBSCRIPTION, KILL, CANCEL, DRAIN, ENGINE -> false;   // no user code
    };
  }

  @Override
  public String toString() {
    return text;
  }
}
