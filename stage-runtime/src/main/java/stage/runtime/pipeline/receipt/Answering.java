package stage.runtime.pipeline.receipt;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import stage.runtime.bridge.BridgeContext;

/**
 * Tells a source what has become of its deliveries. One incarnation of the stage that keeps the book, on its thread.
 */
final class Answering {
  private final Book book;
  private final BridgeContext context;
  private boolean isArmed;

  Answering(Book book, BridgeContext context) {
    this.book = book;
    this.context = context;
  }

  /** Takes what is done, and tells what must be told now. */
  void work() throws Exception {
    context.inEngine(book::collect);
    for (Answer answer = next(); answer != null; answer = next()) give(answer);
    arm();
  }

  private Answer next() {
    Answer[] next = {null};
    context.inEngine(() -> next[0] = book.next());
    return next[0];
  }

  private void give(Answer answer) throws Exception {
    try {
      answer.give();
    } catch (Exception thrown) {
      context.inEngine(() -> book.failed(answer, thrown));
      if (thrown instanceof InterruptedException || thrown instanceof CancellationException && context.isCancelled()) {
        throw thrown;
      }
      context.report(answer.what() + " threw, and is called again", thrown);
      return;
    } catch (Throwable thrown) {
      context.inEngine(() -> book.failed(answer, thrown));
      throw thrown;
    }
    context.inEngine(() -> book.given(answer));
  }

  /** One timer at a time. */
  private void arm() {
    long due = book.nextDue();
    if (isArmed || due == Long.MAX_VALUE) return;
    isArmed = true;
    context.after(Duration.ofNanos(Math.max(1, due)), () -> {
      isArmed = false;
      context.notifyBridge();
    });
  }
}
