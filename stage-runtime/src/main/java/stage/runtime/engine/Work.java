package stage.runtime.engine;

/** What a cell's next step has to do. {@link WorkSelector} knows what comes first, and which kinds take turns. */
enum Work {
  /** Make the behaviour and start it. */
  START,
  /** Give up. */
  CANCEL,
  /** Stop taking turns. */
  STOP,
  /** End the incarnation, and wait for the supervisor to release the cell. */
  HOLD,
  /** The supervisor has released the cell: go on to the next incarnation. */
  RELEASE,
  /** End the incarnation by force. */
  KILL,
  /** The stage has asked for its own end. */
  LEAVE,
  /** Handle a message. */
  MAIL,
  /** Take in what threads of their own have done with events. */
  TASKS,
  /** Meet consumers that came, and take back from those that left. */
  CONSUMERS,
  /** Give up a subscription. */
  CANCEL_SUBSCRIPTION,
  /** Tell the behaviour of a subscription. */
  SUBSCRIBED,
  /** Tell the behaviour of a consumer that came or left. */
  CONSUMER_NEWS,
  /** Run a timer's action. */
  TIMER,
  /** Deliver events that waited for demand. */
  FLUSH,
  /** Accept events from outside. */
  INTAKE,
  /** Run what the behaviour was notified for. */
  NOTIFY,
  /** The outlet was completed: stop taking turns. */
  COMPLETE,
  /** Take a turn. */
  TURN,
  /** Tell the behaviour that nothing has come for a while. */
  IDLE,
  /** A producer has ended a subscription. */
  SUBSCRIPTION_ENDED,
  /** Everything is delivered. */
  FINISH,
  /** Nothing. */
  NOTHING
}
