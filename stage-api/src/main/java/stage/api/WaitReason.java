package stage.api;

/**
 * What the thread of a stage waits for between two turns.
 *
 * @since 0.1
 */
public enum WaitReason {
  /** Events: its inlets are empty. */
  EVENTS,
  /** Demand: it has events, or could make some, and its consumers want none. */
  DEMAND,
  /** A message: it is paused, or has no subscription. */
  MAIL,
  /** The last events it has sent are not settled yet, and it ends when they are. */
  SETTLEMENT,
  /** The time of its restart. */
  BACKOFF,
  /** Its supervisor, which restarts it together with others. */
  RELEASE,
  /** The processor: it was busy for long and has let others go first. */
  PROCESSOR
}
