package stage.api.observe;

/** Is told what happens in a scope. */
@FunctionalInterface
public interface StageListener {
  /** Nobody is told. */
  StageListener NONE = event -> {};

  /**
   * Something has happened. Runs on the thread it happened on, under no lock, at the same time for several stages; it should be quick, since
   * the stage waits for it.
   *
   * @param event what
   * @throws Exception counted, and logged the first time; changes nothing else
   */
  void on(StageEvent event) throws Exception;
}
