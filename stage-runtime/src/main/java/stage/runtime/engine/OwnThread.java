package stage.runtime.engine;

/** The thread that the parts of a stage belong to: they check that it is the caller. */
interface OwnThread {
  /** {@return the stage's path} */
  String path();

  /**
   * Refuses other threads.
   *
   * @param what what was called
   * @throws stage.api.ForeignThreadException if the caller is not the stage's own thread; the message names both
   */
  void ensureOwnThread(String what);
}
