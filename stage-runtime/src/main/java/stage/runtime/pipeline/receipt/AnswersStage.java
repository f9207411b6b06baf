package stage.runtime.pipeline.receipt;

import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.runtime.bridge.BridgeContext;
import stage.runtime.bridge.Continuing;
import stage.runtime.bridge.OnNotify;

/**
 * One incarnation of the stage that keeps a source's book when the source itself has ended, until the last delivery is
 * answered for. It has no input; a drain waits for it.
 */
public final class AnswersStage implements Stage.Consumer<Object>, Continuing, OnNotify {
  private final Book book;
  private BridgeContext context;
  private Answering answering;

  /**
   * Makes one.
   *
   * @param book what outlives it
   */
  public AnswersStage(Book book) {
    this.book = book;
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
    answering.work();
    if (book.isFinished()) context.stop();
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
