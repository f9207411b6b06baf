package stage.api.observe;

/** Is told what happens in a scope. */
@FunctionalInterface
public interface StageListener {
  /** Nobody is told. */
  StageListener NONE = event -> {};

  /**
   * Something has happened. Runs on the thread it happened on, under no lock, at the same time for several stages; it should be quick, since
   * the stage waits for it. What happens to one stage is told in its order: it has started, it has crashed, its events were given up on or
   * dropped, its supervisor has given up, it was restarted, it has ended.
   *
   * @param event what
   * @throws Exception counted, and logged the first time; changes nothing else
   */
  void on(StageEvent event) throws Exception;
}
