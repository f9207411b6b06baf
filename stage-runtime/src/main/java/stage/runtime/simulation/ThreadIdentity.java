package stage.runtime.simulation;

/**
 * What a machine or a task of a simulation is known by; a machine by another one each time that it is replaced.
 *
 * @param thread its thread, or one that is never started and only stands for it
 */
record ThreadIdentity(Thread thread) {
  /** {@return the run of somebody without a thread of its own} */
  static ThreadIdentity named(String name) {
    return new ThreadIdentity(Thread.ofVirtual().name(name).unstarted(() -> {}));
  }
}
