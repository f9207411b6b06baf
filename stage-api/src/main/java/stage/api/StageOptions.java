package stage.api;

import java.util.Objects;

/**
 * What every kind of stage can be told.
 *
 * @param mailbox how many {@code call}s and {@code cast}s may wait; a caller beyond that blocks
 * @param onPlatformThread whether the stage runs on a platform thread, for code that pins or hogs its carrier
 * @param deadLetters who is told of events that were given up on
 */
public record StageOptions(int mailbox, boolean onPlatformThread, DeadLetterHandler deadLetters) {
  /** The defaults: a mailbox of 1024, a virtual thread, dead letters to the log. */
  public static final StageOptions DEFAULT = new StageOptions(1024, false, DeadLetterHandler.LOG);

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if {@code mailbox} is below 1
   */
  public StageOptions {
    if (mailbox < 1) throw new IllegalArgumentException("mailbox must be at least 1, but was " + mailbox);
    Objects.requireNonNull(deadLetters, "deadLetters must not be null; use DeadLetterHandler.LOG for the default");
  }
}
