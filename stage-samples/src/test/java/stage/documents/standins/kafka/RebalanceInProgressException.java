package stage.documents.standins.kafka;

/** {@code org.apache.kafka.common.errors.RebalanceInProgressException}. */
public final class RebalanceInProgressException extends RuntimeException {
  private static final long serialVersionUID = 1;
}
