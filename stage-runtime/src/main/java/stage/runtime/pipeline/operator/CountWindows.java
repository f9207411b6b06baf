package stage.runtime.pipeline.operator;

import stage.api.pipeline.Pane;
import stage.api.pipeline.Window;

/**
 * Windows of so many elements of a key. A window reaches from its earliest element to just behind its latest; its
 * result has the latest's time, and the smallest watermark of its elements.
 */
final class CountWindows implements SingleInput<Object, Object> {
  private record Open(Object value, int elements, long earliest, long latest, long w) {
    private static final Open EMPTY = new Open(null, 0, Times.FOREVER, Times.NEVER, Times.FOREVER);

    Open with(Object value, long t, long w) {
      return new Open(value, elements + 1, Math.min(earliest, t), Math.max(latest, t), Math.min(this.w, w));
    }

    Window window() {
      // Without event time there is no other time either.
      if (latest == Times.NEVER) return new Window(Times.instant(0), Times.instant(0));
      return new Window(Times.instant(earliest), Times.instant(Times.plus(latest, 1)));
    }
  }

  private final int most;
  private final Reduction how;
  private final int earlyEvents;
  private final ValueSlots open;
  private final KeptLong next;    // at the end: the number of the next key
  private final KeptLong ended;   // 0 before the end, 1 after completion, 2 after a drain

  CountWindows(int most, Reduction how, int earlyEvents) {
    this(most, how, earlyEvents, new ValueSlots(), new KeptLong(0), new KeptLong(0));
  }

  private CountWindows(int most, Reduction how, int earlyEvents, ValueSlots open, KeptLong next, KeptLong ended) {
    this.most = most;
    this.how = how;
    this.earlyEvents = earlyEvents;
    this.open = open;
    this.next = next;
    this.ended = ended;
  }

  @Override
  public boolean accept(Object key, Object value, long t, long w, Output<? super Object> out) throws Exception {
    int place = open.place(key);
    Open before = open.value(place) == null ? Open.EMPTY : (Open) open.value(place);
    Open now = before.with(how.folded(before.value(), value), t, w);
    boolean isFull = now.elements() == most;
    open.set(place, isFull ? Open.EMPTY : now);
    boolean isEarly = earlyEvents > 0 && now.elements() % earlyEvents == 0 && !isFull;
    if (isFull) {
      Object result = Results.orNull(out, now.window(), now.value(), () -> how.finished(now.value()));
      if (result != null) emit(key, now, result, Pane.Kind.FINAL, out);
    }
    if (isEarly) emit(key, now, how.finished(now.value()), Pane.Kind.EARLY, out);
    return true;
  }

  private static void emit(Object key, Open window, Object result, Pane.Kind kind, Output<? super Object> out)
      throws Exception {
    out.emit(new Pane<>(key, window.window(), result, kind), key, window.latest(), window.w());
  }

  @Override
  public boolean end(boolean isDrained, Output<? super Object> out) throws Exception {
    ended.set(isDrained ? 2 : 1);
    return resume(out);
  }

  @Override
  public boolean resume(Output<? super Object> out) throws Exception {
    for (long n = next.get(); n < open.size(); n++) {
      if (!out.hasRoom()) return false;
      next.set(n + 1);
      int place = open.placeOf((int) n);
      Open left = (Open) open.value(place);
      if (left == null || left.elements() == 0) continue;
      Object result = Results.orNull(out, left.window(), left.value(), () -> how.finished(left.value()));
      if (result != null) emit(open.key(place), left, result, ended.get() == 2 ? Pane.Kind.CUT : Pane.Kind.FINAL, out);
    }
    return true;
  }

  @Override
  public long vouchesFor(long c) {
    long held = c;
    for (int n = 0; held != Times.NEVER && n < open.size(); n++) {
      Open window = (Open) open.value(open.placeOf(n));
      if (window != null && window.elements() > 0) held = Math.min(held, window.w());
    }
    return held;
  }

  @Override
  public boolean makesResultsOfSeveral() {
    return true;
  }

  @Override
  public void mark() {
    open.mark();
  }

  @Override
  public void undo() {
    open.undo();
  }

  @Override
  public void commit() {
    open.commit();
    next.commit();
    ended.commit();
  }

  @Override
  public void rollback() {
    open.rollback();
    next.rollback();
    ended.rollback();
  }

  @Override
  public CountWindows successor() {
    return new CountWindows(most, how, earlyEvents, open.successor(), next.successor(), ended.successor());
  }
}
