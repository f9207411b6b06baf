package stage.runtime.bridge;

/** A consumer of the runtime's that somebody else allows how many events it may take. */
@FunctionalInterface
public interface DemandLimit {
  /**
   * {@return how many events it may take now} The cell's thread. Looks only; who lets it grow
   * {@linkplain BridgeContext#notifyBridge nudges} the stage.
   */
  long permits();
}
