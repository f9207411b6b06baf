package stage.api.observe;

/**
 * Receives the events of a scope.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface StageListener {
  /** Ignores every event. */
  StageListener NONE = event -> {};

  /**
   * Takes one event. Runs on the thread it happened on, under no lock, at the same time for several stages. It should
   * be quick, since the stage waits for it. The events of one stage come in their order: it has started, it has
   * crashed, its events were given up or dropped, its supervisor has given up, it was restarted, it has ended.
   *
   * @param event what happened
   * @throws Exception counted, logged the first time, and of no other effect
   */
  void on(StageEvent event) throws Exception;
}
