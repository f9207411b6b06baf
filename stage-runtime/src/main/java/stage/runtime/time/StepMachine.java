package stage.runtime.time;

/**
 * Something that lives by steps. It is stepped by one thread only; inside it there is no clock, thread, lock or chance.
 */
public interface StepMachine {
  /**
   * Does one bounded thing and says what the next one lacks.
   *
   * @param nowNanos the time
   * @return {@code READY} if the next step has something to do, else what it waits for, or {@code IDLE}
   */
  WaitState step(long nowNanos);

  /**
   * {@return whether a step would have something to do} Looks only. Asked after the driver has announced that it is
   * about to park, so that nothing which was published before that is overlooked.
   *
   * @param nowNanos the time
   */
  boolean isReady(long nowNanos);

  /** {@return whether the machine has timers; if not, the time it is handed means nothing} */
  boolean keepsTime();

  /**
   * {@return whether the machine would rather wait a moment than be woken for the next event} Asked when it has nothing
   * to do.
   *
   * @param time the clock, for the machine to read if it needs it
   */
  default boolean wantsRest(Time time) {
    return false;
  }

  /**
   * {@return whether nothing urgent keeps the machine from resting} Looks only; asked after the driver has announced
   * that it rests.
   */
  default boolean mayRest() {
    return false;
  }

  /**
   * Runs steps within whatever the machine wants around them.
   *
   * @param steps makes steps until one answers {@link WaitState.Kind#REENTRY}, {@link WaitState.Kind#REPLACED} or
   *     {@link WaitState.Kind#DONE}; to be run once
   */
  default void around(Runnable steps) {
    steps.run();
  }

  /**
   * {@return whether it has seen to what a step has thrown, so that it may be stepped again} A step deals with what it
   * throws, so that was the machine's own fault. If not, the driver's thread ends. On that thread.
   *
   * @param failure what was thrown
   */
  default boolean outlives(Throwable failure) {
    return false;
  }

  /** {@return whether {@link #around} puts anything around steps} */
  default boolean hasAround() {
    return false;
  }

  /**
   * {@return what the last step was, as the rest of a sentence, for the trace of a simulation} On the driver's own
   * thread.
   */
  default String lastStep() {
    return "made a step";
  }

  /** {@return where it stands, for the same trace, with a blank in front; may be empty} On the driver's own thread. */
  default String describe() {
    return "";
  }

  /** {@return whether anyone wants to know how long it waits} Asked twice for each wait. */
  default boolean isWatched() {
    return false;
  }

  /**
   * {@return what {@link #ends} is told when a wait that is about to begin is over; null for nobody} Asked while it is
   * watched, on the driver's thread.
   *
   * @param what what for
   */
  default Object waitBegins(WaitState.Kind what) {
    return null;
  }

  /**
   * {@return what {@link #ends} is told when a callback that is about to run is over; null for nobody} Asked while it
   * is watched, on the driver's thread.
   *
   * @param what which
   */
  default Object turnBegins(Activity what) {
    return null;
  }

  /** A wait or a callback is over. */
  default void ends(Object begun) {}

  /** {@return the context class loader of its thread; null for what a thread has by itself} */
  default ClassLoader contextClassLoader() {
    return null;
  }

  /** {@return the name of the thread that carries it} */
  String threadName();

  /**
   * {@return what it waits for now} Asked when it is about to be parked, and still has nothing to do: that is seldom,
   * so a machine that has to look for it answers a step with {@code IDLE}. On the driver's thread.
   *
   * @param before what it said when it was stepped last
   */
  default WaitState waitsFor(WaitState before) {
    return before;
  }
}
