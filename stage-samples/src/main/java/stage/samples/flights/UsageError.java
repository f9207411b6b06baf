package stage.samples.flights;

/** The command line makes no sense. The message is the sentence to print; the program exits with 2. */
public final class UsageError extends Exception {
  private static final long serialVersionUID = 1L;

  /** With the sentence to print. */
  public UsageError(String sentence) {
    super(sentence);
  }
}
