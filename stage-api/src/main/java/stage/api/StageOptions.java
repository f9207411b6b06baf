package stage.api;

import java.util.Objects;

/**
 * What every kind of stage can be told.
 *
 * @param mailbox how many {@code call}s and {@code cast}s may wait; a caller beyond that blocks
 * @param onPlatformThread whether the stage runs on a platform thread, for code that pins or hogs its carrier
 * @param deadLetters who is told of events that were given up on
 * @param restart which ends of the stage are answered with a restart
 * @param redelivery what becomes of the batch in hand when it crashes
 */
public record StageOptions(
    int mailbox, boolean onPlatformThread, DeadLetterHandler deadLetters, Restart restart, Redelivery redelivery) {
  /** The defaults: a mailbox of 1024, a virtual thread, dead letters to the log, restart after a crash, two redeliveries. */
  public static final StageOptions DEFAULT =
      new StageOptions(1024, false, DeadLetterHandler.LOG, Restart.TRANSIENT, Redelivery.ofDefault());

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if {@code mailbox} is below 1
   */
  public StageOptions {
    if (mailbox < 1) throw new IllegalArgumentException("mailbox must be at least 1, but was " + mailbox);
    Objects.requireNonNull(deadLetters, "deadLetters must not be null; use DeadLetterHandler.LOG for the default");
    Objects.requireNonNull(restart, "restart must not be null; the default is Restart.TRANSIENT");
    Objects.requireNonNull(redelivery, "redelivery must not be null; use Redelivery.ofDefault()");
  }

  StageOptions withMailbox(int mailbox) {
    return new StageOptions(mailbox, onPlatformThread, deadLetters, restart, redelivery);
  }

  StageOptions withPlatformThread() {
    return new StageOptions(mailbox, true, deadLetters, restart, redelivery);
  }

  StageOptions withDeadLetters(DeadLetterHandler deadLetters) {
    return new StageOptions(mailbox, onPlatformThread, deadLetters, restart, redelivery);
  }

  StageOptions withRestart(Restart restart) {
    return new StageOptions(mailbox, onPlatformThread, deadLetters, restart, redelivery);
  }

  StageOptions withRedelivery(Redelivery redelivery) {
    return new StageOptions(mailbox, onPlatformThread, deadLetters, restart, redelivery);
  }
}
