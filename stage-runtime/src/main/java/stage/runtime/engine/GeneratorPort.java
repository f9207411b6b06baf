package stage.runtime.engine;

/** What {@code emit} of a generator asks of its cell, which does everything else there. The cell's thread only. */
interface GeneratorPort {
  /** {@return the path of the stage} */
  String path();

  /**
   * Does what others want, if anything; throws if the generator has to leave its turn. Called for each event.
   *
   * @return whether demand may have changed
   */
  boolean serveOthers();

  /**
   * Functions of others may run until {@link #endAsking}: those of a dispatcher. An interrupt flag that they leave set
   * is not the generator's.
   */
  void beginAsking();

  void endAsking();

  /** Waits until there is demand, and does meanwhile what others want. */
  void awaitDemand();

  /** Lets other threads run, if this one has been busy for long. */
  void breatheIfBusy();
}
