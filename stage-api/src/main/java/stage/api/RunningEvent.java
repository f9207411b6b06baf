package stage.api;

import java.time.Duration;

/**
 * An event that a thread of its own is working on, in a stage that hands each event to one, such as that of
 * {@link Stage#perEvent perEvent} or {@link Stage#mapConcurrent mapConcurrent}. As a child of GenStage's
 * {@code ConsumerSupervisor}.
 *
 * <p>{@link ConsumerRef#running} lists them. Any thread may use one, also when the event is finished; nothing here
 * waits.
 *
 * @param <I> the events
 * @since 0.1
 */
public interface RunningEvent<I> {
  /** {@return the event} */
  I event();

  /** {@return which attempt at it this is: 1 at first} */
  int attempt();

  /** {@return how long this attempt had been running when it was listed} */
  Duration age();

  /**
   * Gives the event up: its thread is interrupted, and if it fails then, as code that waits does, the event is not
   * tried again. It becomes a dead letter, with what the thread has thrown as its cause, or is dropped with
   * {@link Redelivery#none()}. A thread that returns all the same has handled its event. No other event is disturbed.
   * Giving up what is finished changes nothing.
   */
  void giveUp();
}
