package stage.runtime.pipeline.receipt;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.runtime.bridge.BridgeContext;
import stage.runtime.bridge.Continuing;
import stage.runtime.bridge.OnNotify;

/**
 * One incarnation of the stage that keeps a source's book when the source itself has ended, until the last delivery is
 * answered for, or none that is left can be: all stages that it went through have ended. It has no input; a drain waits
 * for it.
 */
public final class AnswersStage implements Stage.Consumer<Object>, Continuing, OnNotify {
  private static final Duration FIRST_LOOK = Duration.ofMillis(1);
  private static final int MOST_LOOKS = 16;   // each after twice the time, so within about a minute

  private final Book book;
  private final BooleanSupplier isAlone;
  private BridgeContext context;
  private Answering answering;
  private int looks;
  private boolean isArmed;

  /**
   * Makes one.
   *
   * @param book what outlives it
   * @param isAlone says whether nobody is left who could settle a delivery
   */
  public AnswersStage(Book book, BooleanSupplier isAlone) {
    this.book = book;
    this.isAlone = isAlone;
  }

  @Override
  public void onStart(StageContext of) throws Exception {
    context = BridgeContext.of(of);
    context.kept(() -> reason -> book.answersOver(context));
    answering = new Answering(book, context);
    context.inEngine(() -> book.answersStarted(context));
    if (context.incarnation() > 1) context.notifyBridge();
  }

  @Override
  public void onNotify(Outlet<?> out) throws Exception {
    if (!book.isKeptBy(context)) return;   // not yet
    boolean isLast = isAlone.getAsBoolean();   // before it takes what those have settled that have ended
    if (isLast) context.inEngine(() -> book.nobodyIsLeft(context));
    answering.work();
    if (book.isFinished()) context.stop();
    else if (!isLast) lookLater();
  }

  /** Those stages that are not the runtime's do not say when they end. */
  private void lookLater() {
    if (isArmed || looks == MOST_LOOKS) return;
    isArmed = true;
    context.after(FIRST_LOOK.multipliedBy(1L << looks++), () -> {
      isArmed = false;
      context.notifyBridge();
    });
  }

  @Override
  public void onEvents(java.util.List<Object> events, Inlet<Object> from) {
    throw new IllegalStateException("the stage that waits for answers has no input");
  }

  @Override
  public boolean lingers() {
    return true;
  }

  @Override
  public boolean hasMore() {
    return false;
  }

  @Override
  public void onMore() {}
}
