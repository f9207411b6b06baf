package stage.runtime.pipeline.receipt;

import java.time.Duration;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.runtime.bridge.BridgeContext;
import stage.runtime.bridge.BulkOutlet;
import stage.runtime.bridge.OnNotify;
import stage.runtime.bridge.Transactional;

/**
 * One incarnation of a source of deliveries. All of the user's source runs on its thread, one call after the other,
 * until the stage has ended.
 */
public final class DeliveryStage implements Stage.Producer<Object>, OnNotify {
  private static final Duration PAUSE = Duration.ofMillis(10);   // after a call that has brought nothing
  private static final Duration CALLED_EVERY = Duration.ofSeconds(1);

  private final Book book;
  private final Outlook outlook;
  private BridgeContext context;
  private Answering answering;
  private Patience patience;
  private Emitted emitted;
  private boolean isPausing;
  private boolean wasCalled;

  /** What this turn emits stays in the book until it is published. */
  private static final class Emitted implements Transactional {
    private final Book book;
    private int count;

    Emitted(Book book) {
      this.book = book;
    }

    @Override
    public void commit() {
      book.pending.removeFirst(count);
      count = 0;
    }

    @Override
    public void rollback() {
      count = 0;
    }

    @Override
    public Transactional committedOnly() {
      return new Emitted(book);
    }
  }

  /**
   * Makes one.
   *
   * @param book what outlives it
   * @param outlook says whether answers can still come
   */
  public DeliveryStage(Book book, Outlook outlook) {
    this.book = book;
    this.outlook = outlook;
  }

  @Override
  public void onStart(StageContext of) throws Exception {
    context = BridgeContext.of(of);
    context.kept(() -> reason -> book.sourceOver(context));
    emitted = context.transactional("deliveries", () -> new Emitted(book));
    answering = new Answering(book, context);
    context.inEngine(() -> book.sourceStarted(context));
    patience = new Patience(book, outlook, context);
    patience.begin();
    book.start(context);
    answering.work();
    if (book.wantsToBeCalled()) context.every(CALLED_EVERY, this::callIfSilent);
  }

  private void callIfSilent() throws Exception {
    if (!wasCalled && !book.isExhausted()) book.receive(0, context);
    wasCalled = false;
    answering.work();
  }

  @Override
  public void onNotify(Outlet<?> out) throws Exception {
    answering.work();
    context.wakeUp();
  }

  @Override
  public void onDemand(long demand, Outlet<Object> out) throws Exception {
    answering.work();
    long wanted = book.wanted(demand);
    if (wanted > 0) {
      wasCalled = true;
      book.receive(wanted, context);
    }
    int count = (int) Math.min(demand, book.pending.size());
    if (count > 0) emit(count, (BulkOutlet<Object>) out);
    if (book.isExhausted() && count == book.pending.size()) out.complete();
    else if (count > 0) context.wakeUp();
    else if (wanted > 0) pause();
    else patience.waits();
  }

  private void emit(int count, BulkOutlet<Object> out) {
    book.pending.emitTo(out, count);
    emitted.count = count;
  }

  private void pause() {
    if (isPausing) return;
    isPausing = true;
    context.after(PAUSE, () -> {
      isPausing = false;
      context.wakeUp();
    });
  }
}
