package stage.runtime.pipeline.receipt;

import java.time.Duration;
import java.util.Optional;
import stage.runtime.bridge.BridgeContext;

/**
 * How long a source waits for answers while it may hand out nothing more: as long as one may come. What windows keep
 * until later elements come is never answered for where no later ones are asked for. The source's stage, one
 * incarnation.
 */
final class Patience {
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(5);

  private final Book book;
  private final Outlook outlook;
  private final BridgeContext context;
  private boolean isArmed;
  private long answered;   // at the last look

  Patience(Book book, Outlook outlook, BridgeContext context) {
    this.book = book;
    this.outlook = outlook;
    this.context = context;
  }

  /** An incarnation begins: it fails as the one before did, if that had no hope. */
  void begin() {
    if (book.hopeless() != null) throw new NeverAnsweredException(book.hopeless());
  }

  /** Nothing can be asked for now. */
  void waits() {
    if (isArmed || !book.isFull()) return;
    isArmed = true;
    answered = book.answered();
    context.after(BETWEEN_LOOKS, this::look);
  }

  private void look() {
    isArmed = false;
    boolean isStanding = book.isStill() && book.answered() == answered;
    context.inEngine(() -> book.standing(isStanding));
    if (isStanding) {
      Optional<String> why = outlook.hopeless();
      if (why.isPresent()) {
        context.inEngine(() -> book.hopeless(why.get()));
        throw new NeverAnsweredException(why.get());
      }
    }
    waits();
  }
}
