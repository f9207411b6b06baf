package stage.api.supervision;

/**
 * What a supervisor does about a crash. As Pekko's directives.
 *
 * @since 0.1
 */
public enum Decision {
  /**
   * The incarnation goes on, and what it was doing is skipped. A single event in hand becomes a dead letter; a batch is
   * delivered again event by event, so that only the one that fails is skipped; a message or a timer's run is
   * forgotten. A demand turn, a generator's loop and an end of input have nothing to skip: they are run again, and
   * count as a restart, so that they cannot fail forever. In the factory and in {@code onStart}, where there is no
   * incarnation yet, this is a restart.
   */
  RESUME,

  /**
   * The stage is restarted as its restart type and the strategy say, as long as the intensity is not used up. The
   * default.
   */
  RESTART,

  /**
   * As {@link #RESTART}, but the failure is not the event's: it is that of something the stage uses, such as a database
   * that is down or a transaction that was fenced. The stage pauses, by the supervisor's {@link Backoff} or, if that is
   * none, for half a second at first and twice as long each time, up to ten seconds. Then the batch in hand is
   * delivered again as it was given, and this try does not count against its {@link stage.api.Redelivery}: no event
   * becomes a dead letter or is dropped for it. Each time uses up a restart of the intensity; when that is used up the
   * supervisor gives up, and what was in hand is returned. So give the supervisor an {@link Intensity} that outlasts
   * what the scope has to survive.
   *
   * <p>For turns of the stage itself. A single event that a thread of its own has failed on ({@code perEvent},
   * {@code mapConcurrent}) crashes no stage, and no rule is asked.
   */
  RETRY,

  /** The stage ends as crashed, and its consumers by their cancel policy; the supervisor goes on. */
  STOP,

  /** The supervisor gives up at once, as if its intensity were used up. */
  ESCALATE
}
