package stage.api;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Objects;

/**
 * The options that every kind of stage has.
 *
 * @param mailbox how many {@code call}s and {@code cast}s may wait; a caller beyond that blocks
 * @param onPlatformThread whether the stage runs on a platform thread, for code that pins or hogs its carrier
 * @param deadLetters the handler of events that the stage has given up on
 * @param restart which ends of the stage are answered with a restart
 * @param redelivery what happens to the batch in hand when it crashes
 * @param shutdown how long it may take to end when its supervisor stops it
 * @param startTimeout how long its factory and {@code onStart} may take together; {@link #NO_START_TIMEOUT} for as long
 *     as they like
 * @param significant whether its end may shut its supervisor down; see {@code AutoShutdown}
 * @since 0.1
 */
public record StageOptions(
    int mailbox, boolean onPlatformThread, DeadLetterHandler deadLetters, Restart restart, Redelivery redelivery,
    Shutdown shutdown,
    Duration startTimeout, boolean significant) {
  /** No limit for a start, as in GenServer. */
  public static final Duration NO_START_TIMEOUT = ChronoUnit.FOREVER.getDuration();

  /**
   * The defaults: a mailbox of 1024, a virtual thread, dead letters to the log, restart after a crash, two
   * redeliveries, 5 seconds to end.
   */
  public static final StageOptions DEFAULT =
      new StageOptions(1024, false, DeadLetterHandler.LOG, Restart.TRANSIENT, Redelivery.DEFAULT, Shutdown.DEFAULT,
          NO_START_TIMEOUT,
          false);

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if {@code mailbox} is below 1, {@code startTimeout} is not above 0, or the stage
   *     is permanent and significant
   */
  public StageOptions {
    if (mailbox < 1) throw new IllegalArgumentException("mailbox must be at least 1, but was " + mailbox);
    Objects.requireNonNull(deadLetters, "deadLetters must not be null; use DeadLetterHandler.LOG for the default");
    Objects.requireNonNull(restart, "restart must not be null; the default is Restart.TRANSIENT");
    Objects.requireNonNull(redelivery, "redelivery must not be null; use Redelivery.DEFAULT");
    Objects.requireNonNull(shutdown, "shutdown must not be null; the default is Shutdown.DEFAULT");
    Objects.requireNonNull(startTimeout, "startTimeout must not be null; use StageOptions.NO_START_TIMEOUT for none");
    if (startTimeout.isNegative() || startTimeout.isZero()) {
      throw new IllegalArgumentException(
          "startTimeout must be above 0, but was " + startTimeout + "; use StageOptions.NO_START_TIMEOUT for none");
    }
    if (significant && restart == Restart.PERMANENT) {
      throw new IllegalArgumentException(
          "a significant stage must be TRANSIENT or TEMPORARY, but was PERMANENT: it never ends by itself");
    }
  }

  StageOptions withMailbox(int mailbox) {
    return new StageOptions(mailbox, onPlatformThread, deadLetters, restart, redelivery, shutdown, startTimeout,
        significant);
  }

  StageOptions withPlatformThread() {
    return new StageOptions(mailbox, true, deadLetters, restart, redelivery, shutdown, startTimeout, significant);
  }

  StageOptions withDeadLetters(DeadLetterHandler deadLetters) {
    return new StageOptions(mailbox, onPlatformThread, deadLetters, restart, redelivery, shutdown, startTimeout,
        significant);
  }

  StageOptions withRestart(Restart restart) {
    return new StageOptions(mailbox, onPlatformThread, deadLetters, restart, redelivery, shutdown, startTimeout,
        significant);
  }

  StageOptions withRedelivery(Redelivery redelivery) {
    return new StageOptions(mailbox, onPlatformThread, deadLetters, restart, redelivery, shutdown, startTimeout,
        significant);
  }

  StageOptions withShutdown(Shutdown shutdown) {
    return new StageOptions(mailbox, onPlatformThread, deadLetters, restart, redelivery, shutdown, startTimeout,
        significant);
  }

  StageOptions withStartTimeout(Duration startTimeout) {
    return new StageOptions(mailbox, onPlatformThread, deadLetters, restart, redelivery, shutdown, startTimeout,
        significant);
  }

  StageOptions asSignificant() {
    return new StageOptions(mailbox, onPlatformThread, deadLetters, restart, redelivery, shutdown, startTimeout, true);
  }
}
