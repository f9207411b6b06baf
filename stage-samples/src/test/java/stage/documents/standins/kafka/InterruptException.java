package stage.documents.standins.kafka;

/** {@code org.apache.kafka.common.errors.InterruptException}. */
public final class InterruptException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public InterruptException(InterruptedException cause) {
    super(cause);
  }
}
