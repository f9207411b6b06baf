package stage.runtime.engine;

import stage.api.SubscriptionSnapshot;

/** What the emitting part of a cell knows of it. */
interface ProducerPort extends CellPort {
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
