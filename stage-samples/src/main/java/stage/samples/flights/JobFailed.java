package stage.samples.flights;

import java.io.IOException;

/**
 * The job cannot be done, for a reason that a person can mend. The message is the sentence to print; the program exits
 * with 1.
 */
public final class JobFailed extends IOException {
  private static final long serialVersionUID = 1L;

  /** With the sentence to print. */
  public JobFailed(String sentence) {
    super(sentence);
  }

  /** With the sentence to print, and what is behind it. */
  public JobFailed(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
