package stage.runtime.engine;

import stage.api.StopReason;
import stage.api.SubscriptionSnapshot;

/** What the emitting part of a cell knows of it. */
interface ProducerPort extends CellPort, Waits.Awaited {
  @Override
  String path();

  /** {@return whether the cell has not ended} Any thread. */
  boolean isAlive();

  /** {@return why the cell has ended, or is about to; null if it is not} Any thread. */
  StopReason endReason();

  /** {@return which threads wait for which cells} */
  Waits waits();

  /**
   * Refuses to wait on the cell's own thread.
   *
   * @param what what would wait
   * @throws IllegalStateException if called on it
   */
  void ensureForeignThread(String what);

  /** {@return whether the cell consumes too} */
  boolean isConsumer();

  /** Makes the cell look again whether there is something to do. Any thread. */
  void wake();

  /**
   * A consumer gave back events that nobody else will get.
   *
   * @param last the last ledger of its subscription
   */
  void returned(SubscriptionSnapshot last);

  /**
   * As {@link #returned}, after the cell's last numbers were taken. On the consumer's thread.
   *
   * @param events how many
   */
  void returnedAfterEnd(int events);
}
