package stage.api.supervision;

/** What a supervisor does about a crash. As Pekko's directives. */
public enum Decision {
  /**
   * The incarnation goes on, and what it was doing is skipped. A single event in hand becomes a dead letter; a batch is delivered again event by
   * event, so that only the one that fails is skipped; a message or a timer's run is forgotten. A demand turn, a generator's loop and an end of
   * input have nothing to skip: they are run again, and count as a restart, so that they cannot fail for ever. In {@code onStart}, where there is
   * no incarnation yet, this is a restart.
   */
  RESUME,

  /** The stage is restarted as its restart type and the strategy say, as long as the intensity is not used up. The default. */
  RESTART,

  /** The stage ends as crashed, and its consumers by their cancel policy; the supervisor goes on. */
  STOP,

  /** The supervisor gives up at once, as if its intensity were used up. */
  ESCALATE
}
