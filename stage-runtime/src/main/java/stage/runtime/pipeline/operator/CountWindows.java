package stage.runtime.pipeline.operator;

import java.util.Optional;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Pane;
import stage.api.pipeline.Window;

/**
 * Windows of a fixed number of elements of a key. A window reaches from its earliest element to just behind its latest;
 * its result has the latest's time, and the smallest watermark of its elements.
 */
final class CountWindows implements SingleInput<Object, Object> {
  /** @param isTold whether an early pane that the clock has brought has told of all of its elements */
  private record Open(Object value, int elements, long earliest, long latest, long w, boolean isTold, long number) {
    private static final Open EMPTY = new Open(null, 0, Times.FOREVER, Times.NEVER, Times.FOREVER, true, 0);

    Open numbered(long number) {
      return new Open(value, elements, earliest, latest, w, isTold, number);
    }

    /** The rest is as if the first element had never been there, but where the window begins. */
    Open withoutFirst() {
      return new Open(((Rows) value).withoutFirst(), elements - 1, earliest, latest, w, isTold, number);
    }

    Open with(Object value, long t, long w) {
      return new Open(value, elements + 1, Math.min(earliest, t), Math.max(latest, t), Math.min(this.w, w), false,
          number);
    }

    Open told() {
      return new Open(value, elements, earliest, latest, w, true, number);
    }

    Window window() {
      // Without event time there is no other time either.
      if (latest == Times.NEVER) return new Window(Times.instant(0), Times.instant(0));
      return new Window(Times.instant(earliest), Times.instant(Times.plus(latest, 1)));
    }
  }

  /** Where an element is kept: in the window of its key that has this number. */
  private record Where(Object key, long window, Object value) {}

  private final int most;
  private final Bound bound;             // of elements kept; null where they are not
  private final KeptLong rows;           // how many are kept
  private final KeptLong count;          // of all windows ever begun, where the bound forgets the oldest
  private final KeptQueue<Where> oldest; // only where the bound forgets the oldest
  private final Reduction how;
  private final int earlyEvents;    // 0 for none
  private final long earlyNanos;    // 0 for none
  private final ValueSlots open;
  private final KeptLong next;      // while they are emitted, early or at the end: the number of the next key
  private final KeptLong earlyAt;   // when early panes are due
  private final KeptLong ended;     // 0 before the end, 1 after completion, 2 after a drain
  private long now;

  CountWindows(int most, Reduction how, Optional<Bound> bound, int earlyEvents, long earlyNanos) {
    this(most, how, bound.orElse(null), new KeptLong(0), new KeptLong(0), new KeptQueue<>(), earlyEvents, earlyNanos,
        new ValueSlots(), new KeptLong(0), new KeptLong(NO_TIMER), new KeptLong(0));
  }

  private CountWindows(int most, Reduction how, Bound bound, KeptLong rows, KeptLong count, KeptQueue<Where> oldest,
      int earlyEvents, long earlyNanos, ValueSlots open, KeptLong next, KeptLong earlyAt, KeptLong ended) {
    this.bound = bound;
    this.rows = rows;
    this.count = count;
    this.oldest = oldest;
    this.most = most;
    this.how = how;
    this.earlyEvents = earlyEvents;
    this.earlyNanos = earlyNanos;
    this.open = open;
    this.next = next;
    this.earlyAt = earlyAt;
    this.ended = ended;
  }

  @Override
  public void turn(long now) {
    this.now = now;
  }

  @Override
  public boolean accept(Object key, Object value, long t, long w, Output<? super Object> out) throws Exception {
    int place = open.place(key);
    // One that fills its window needs no room: it makes some.
    if (bound != null && openAt(place).elements() + 1 < most && !hasRoomFor(value, out)) return true;
    Open before = openAt(place);
    Open grown = before.with(how.folded(before.value(), value), t, w);
    boolean isFull = grown.elements() == most;
    Open now = bound == null ? grown : counted(key, value, grown, isFull);
    open.set(place, isFull ? Open.EMPTY : now);
    if (earlyNanos > 0 && !isFull && earlyAt.get() == NO_TIMER) earlyAt.set(Times.plus(this.now, earlyNanos));
    boolean isEarly = earlyEvents > 0 && now.elements() % earlyEvents == 0 && !isFull;
    if (isFull) {
      Object result = Results.orNull(out, now.window(), now.value(), () -> how.finished(now.value()));
      if (result != null) emit(key, now, result, Pane.Kind.FINAL, out);
    }
    if (isEarly) emit(key, now, how.finished(now.value()), Pane.Kind.EARLY, out);
    return true;
  }

  private Open openAt(int place) {
    return open.value(place) == null ? Open.EMPTY : (Open) open.value(place);
  }

  private Open counted(Object key, Object value, Open window, boolean isFull) {
    rows.set(rows.get() + (isFull ? 1 - most : 1));
    if (bound.full() != Bound.Full.FORGET_OLDEST || isFull) return window;
    Open numbered = window;
    if (window.number() == 0) {
      count.set(count.get() + 1);
      numbered = window.numbered(count.get());
    }
    oldest.sweep(rows.get(), where -> numberOf(where.key()) != where.window());
    oldest.add(new Where(key, numbered.number(), value));
    return numbered;
  }

  private boolean hasRoomFor(Object value, Output<?> out) throws Exception {
    if (rows.get() < bound.rows()) return true;
    if (!Fullness.makesRoom(bound, "the windows' room for elements", value, out)) return false;
    for (Where where = oldest.poll(); where != null; where = oldest.poll()) {
      if (numberOf(where.key()) != where.window()) continue;   // it is full
      int place = open.place(where.key());
      open.set(place, openAt(place).withoutFirst());
      rows.set(rows.get() - 1);
      out.dropped(where.value());
      return true;
    }
    return true;
  }

  private long numberOf(Object key) {
    Open window = (Open) open.get(key);
    return window == null ? 0 : window.number();
  }

  private static void emit(Object key, Open window, Object result, Pane.Kind kind, Output<? super Object> out)
      throws Exception {
    out.emit(new Pane<>(key, window.window(), result, kind), key, window.latest(), window.w());
  }

  @Override
  public long nextTimer() {
    return earlyAt.get();
  }

  @Override
  public boolean timer(long now, Output<? super Object> out) throws Exception {
    if (earlyAt.get() > now) return true;
    earlyAt.set(NO_TIMER);
    return resume(out);
  }

  @Override
  public boolean end(boolean isDrained, Output<? super Object> out) throws Exception {
    ended.set(isDrained ? 2 : 1);
    earlyAt.set(NO_TIMER);
    next.set(0);
    return resume(out);
  }

  @Override
  public boolean resume(Output<? super Object> out) throws Exception {
    for (long n = next.get(); n < open.size(); n++) {
      if (!out.hasRoom()) return false;
      next.set(n + 1);
      int place = open.placeOf((int) n);
      Open left = (Open) open.value(place);
      boolean isEarly = ended.get() == 0;
      if (left == null || left.value() == null || isEarly && left.isTold()) continue;
      if (isEarly) open.set(place, left.told());
      Object result = Results.orNull(out, left.window(), left.value(), () -> how.finished(left.value()));
      if (result == null || bound != null && Rows.areNone(result)) continue;
      emit(open.key(place), left, result, kind(), out);
    }
    next.set(0);
    return true;
  }

  private Pane.Kind kind() {
    if (ended.get() == 0) return Pane.Kind.EARLY;
    return ended.get() == 2 ? Pane.Kind.CUT : Pane.Kind.FINAL;
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
    earlyAt.mark();
    rows.mark();
    count.mark();
    oldest.mark();
  }

  @Override
  public void undo() {
    open.undo();
    earlyAt.undo();
    rows.undo();
    count.undo();
    oldest.undo();
  }

  @Override
  public void commit() {
    open.commit();
    next.commit();
    earlyAt.commit();
    ended.commit();
    rows.commit();
    count.commit();
    oldest.commit();
  }

  @Override
  public void rollback() {
    open.rollback();
    next.rollback();
    earlyAt.rollback();
    ended.rollback();
    rows.rollback();
    count.rollback();
    oldest.rollback();
  }

  @Override
  public CountWindows successor() {
    return new CountWindows(most, how, bound, rows.successor(), count.successor(), oldest.successor(), earlyEvents,
        earlyNanos, open.successor(), next.successor(), earlyAt.successor(), ended.successor());
  }
}
