package stage.documents.standins.kafka;

/** {@code org.apache.kafka.clients.consumer.CommitFailedException}. */
public final class CommitFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;
}
