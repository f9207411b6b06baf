package stage.runtime.pipeline;

/** A run gives up on too many elements: its stage crashes. */
final class TooManyFailuresException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  TooManyFailuresException(String message, Throwable cause) {
    super(message, cause);
  }
}
