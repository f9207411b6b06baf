package stage.runtime.pipeline.receipt;

/** No delivery of a source will ever be answered for, and it may hand out no more: its job fails. */
final class NeverAnsweredException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  NeverAnsweredException(String message) {
    super(message);
  }
}
