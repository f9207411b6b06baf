package stage.api;

import java.time.Duration;

/**
 * The access of one incarnation of a stage to the engine: its name and number, a logger, timers, state.
 *
 * <p>Handed to {@link Stage.Behaviour#onStart}; keep it in a field. Timers and states belong to the stage's own thread:
 * {@link ForeignThreadException} is thrown on any other. Any thread may call the other methods, such as
 * {@link #wakeUp()} and {@link #stop()}. Nothing here blocks.
 *
 * @since 0.1
 */
public interface StageContext {
  /** {@return the stage's name in its scope} */
  String name();

  /** {@return the path from the root scope, such as {@code shop/orders}} */
  String path();

  /** {@return the number of this life of the stage: 1 at first, one more with each restart or replacement} */
  int incarnation();

  /**
   * {@return how many events this stage has emitted over all its incarnations, so that a restarted producer can skip
   * them} Counts those of turns that have returned, dropped and skipped ones included.
   */
  long eventsEmitted();

  /** {@return a logger named for the stage's path} */
  System.Logger logger();

  /**
   * Asks for another call of {@link Stage.Producer#onDemand}, on the stage's thread, if there is outstanding demand.
   * Call it when there is something new to emit. Does nothing on other kinds of stage. Any thread.
   */
  void wakeUp();

  /**
   * {@return whether this stage has been asked to give up what it is doing} Long callbacks should check it.
   * Any thread.
   */
  boolean isCancelled();

  /**
   * Asks this stage to end normally, after the turn that is running. Any thread. As returning {@code :stop} from a
   * GenStage callback.
   *
   * <p>Called in {@code onStart}, it keeps the stage from running: the stage ends without having subscribed, is not
   * restarted even if it is {@link Restart#PERMANENT}, and the call that starts it does not fail. As {@code :ignore} in
   * OTP.
   */
  void stop();

  /**
   * Runs an action once, as a turn, after a delay.
   *
   * @param delay at least zero
   * @param action what to run
   * @return a handle that cancels it
   * @throws IllegalArgumentException if {@code delay} is negative
   * @throws IllegalStateException if this stage has 100,000 timers already
   */
  Timer after(Duration delay, TimerAction action);

  /**
   * As {@link #after(Duration, TimerAction)}, for an action that emits: {@code context.after(delay, out ->
   * out.emit("tick"))}. It runs whether or not there is demand: events beyond demand wait in the backlog, up to its
   * bound.
   *
   * @param delay at least zero
   * @param action what to run
   * @param <O> the events that this stage emits
   * @return a handle that cancels it
   * @throws IllegalArgumentException if {@code delay} is negative
   * @throws IllegalStateException if this stage is a consumer, which emits nothing, or has 100,000 timers already
   */
  <O> Timer after(Duration delay, OutletAction<O> action);

  /**
   * Runs an action again and again, as a turn, first after one period. Each run is due one period after the last one
   * was due; runs that were missed because the stage was busy are left out.
   *
   * @param period above zero
   * @param action what to run
   * @return a handle that cancels it
   * @throws IllegalArgumentException if {@code period} is not above zero
   * @throws IllegalStateException if this stage has 100,000 timers already
   */
  Timer every(Duration period, TimerAction action);

  /**
   * As {@link #every(Duration, TimerAction)}, for an action that emits.
   *
   * @param period above zero
   * @param action what to run
   * @param <O> the events that this stage emits
   * @return a handle that cancels it
   * @throws IllegalArgumentException if {@code period} is not above zero
   * @throws IllegalStateException if this stage is a consumer, which emits nothing, or has 100,000 timers already
   */
  <O> Timer every(Duration period, OutletAction<O> action);

  /**
   * {@return this incarnation's outlet, which its callbacks and timers may use} It is available in {@code onStart}
   * already, but events are emitted in turns, and {@code onStart} is not a turn.
   *
   * @param <O> the events that this stage emits
   * @throws IllegalStateException if this stage is a consumer, which emits nothing
   */
  <O> Outlet<O> outlet();

  /**
   * {@return the stage's state, which survives restarts and changes with the turn} The same as
   * {@code state("state", initial)}.
   *
   * @param initial its value at the stage's very first incarnation, not null
   * @param <T> the value
   */
  default <T> State<T> state(T initial) {
    return state("state", initial);
  }

  /**
   * {@return a named state of the stage, which survives restarts and changes with the turn} The same name is the same
   * state in every incarnation; ask for it in {@code onStart}.
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
   * @throws IllegalArgumentException if there is a state of that name that is not a map
   */
  <K, V> MapState<K, V> mapState(String name);

  /**
   * A timer of a stage. It ends with the incarnation that made it.
   *
   * @since 0.1
   */
  interface Timer {
    /** Cancels the timer: its action is not run again. Cancelling twice changes nothing. On the stage's own thread. */
    void cancel();
  }
}
