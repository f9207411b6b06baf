package stage.runtime.bridge;

/** A built-in consumer whose number of events is limited from outside. */
@FunctionalInterface
public interface DemandLimit {
  /**
   * {@return how many events it may take now} The cell's thread. Only reads; the thread that raises it
   * {@linkplain BridgeContext#notifyBridge nudges} the stage.
   */
  long permits();
}
