package stage.api;

import java.time.Duration;

/**
 * What one incarnation of a stage may know, and ask of the engine.
 *
 * <p>Handed to {@link Stage#onStart}; keep it in a field. To be used on the stage's own thread, but for {@link #wakeUp()},
 * {@link #isCancelled()} and {@link #stop()}, which any thread may call. Nothing here blocks.
 */
public interface StageContext {
  /** {@return the stage's name in its scope} */
  String name();

  /** {@return the path from the root scope, such as {@code shop/orders}} */
  String path();

  /** {@return the number of this life of the stage: 1 at first, one more with each restart or replacement} */
  int incarnation();

  /** {@return how many events this stage has published over all its incarnations, so that a restarted producer can skip them} */
  long eventsEmitted();

  /** {@return a logger named for the stage's path} */
  System.Logger logger();

  /**
   * Has {@link Stage.Producer#onDemand} called again, on the stage's thread, if there is outstanding demand: the way for an
   * outside event to say that there is something to emit. Does nothing on other kinds of stage. Any thread.
   */
  void wakeUp();

  /** {@return whether this stage has been told to give up what it is doing; long-running callbacks should look} Any thread. */
  boolean isCancelled();

  /**
   * Asks this stage to end normally, after the turn that is running. Any thread. As returning {@code :stop} from a GenStage callback.
   *
   * <p>In {@code onStart} it says that the stage is not to run: it ends without having subscribed, is not restarted even if it is
   * {@link Restart#PERMANENT}, and whoever starts it sees no failure. As {@code :ignore} in OTP.
   */
  void stop();

  /**
   * Runs an action once, as a turn, after a delay.
   *
   * @param delay at least zero
   * @param action what to run
   * @return to cancel it
   * @throws IllegalArgumentException if {@code delay} is negative
   */
  Timer after(Duration delay, TimerAction action);

  /**
   * Runs an action again and again, as a turn. The next run is due one period after the last was due; runs that were missed, because the
   * stage was busy, are not caught up on.
   *
   * @param period above zero
   * @param action what to run
   * @return to cancel it
   * @throws IllegalArgumentException if {@code period} is not above zero
   */
  Timer every(Duration period, TimerAction action);

  /**
   * {@return the stage's own state, which survives restarts and changes with the turn} As {@code state("state", initial)}.
   *
   * @param initial its value at the stage's very first incarnation, not null
   * @param <T> the value
   */
  default <T> State<T> state(T initial) {
    return state("state", initial);
  }

  /**
   * {@return a named state of the stage, which survives restarts and changes with the turn} The same name is the same state in every
   * incarnation; ask for it in {@code onStart}.
   *
   * @param name tells several states apart
   * @param initial its value at the stage's very first incarnation, not null
   * @param <T> the value
   * @throws IllegalArgumentException if there is a map state of that name
   */
  <T> State<T> state(String name, T initial);

  /**
   * {@return a named keyed state of the stage, empty at first, which survives restarts and changes with the turn}
   *
   * @param name tells several states apart
   * @param <K> the keys
   * @param <V> the values
   * @throws IllegalArgumentException if there is a state of that name that is no map
   */
  <K, V> MapState<K, V> mapState(String name);

  /** A timer of a stage. It ends with its incarnation. */
  interface Timer {
    /** Cancels the timer. Afterwards its action is not run again; cancelling twice changes nothing. On the stage's own thread. */
    void cancel();
  }
}
