package stage.runtime.pipeline.operator;

import java.util.Optional;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Pane;

/**
 * Windows that depend on an element's time alone: tumbling, sliding, calendar, and by the clock.
 *
 * <p>An element is late for a window if that had closed by the element's own stamp, whatever this has fired; so the
 * verdict does not depend on how the elements of several sources interleave. A window fires when the progress of all
 * inputs has reached its end and the lateness: by end and start, and its keys in the order in which they came. One that
 * the progress has closed although the stamp is on time was closed because its source was idle.
 */
final class FixedWindows implements SingleInput<Object, Object> {
  /**
   * What does not change.
   *
   * @param assigner which windows a time is in
   * @param overlaps whether an element can be in more than one
   * @param isByClock whether the time is the clock's
   * @param lateness how long after its end a window takes elements
   * @param how what the elements come to
   * @param bound how many elements may be kept; empty where they are not kept
   * @param earlyEvents after how many elements of a key in a window there is an early pane; 0 for never
   * @param earlyNanos after which time there are early panes; 0 for never
   */
  record Setting(Assigner assigner, boolean overlaps, boolean isByClock, long lateness, Reduction how,
      Optional<Bound> bound, int earlyEvents,
      long earlyNanos) {}

  private final Setting setting;
  private final boolean isSimple;     // one window each, by event time, no elements kept, no early panes
  private final OpenWindows open;
  private final KeptRows rows;
  private final KeptLong c;           // the progress that was applied
  private final KeptLong nextResult;  // of the first window, which is firing: the number of its next key
  private final KeptLong earlyAt;     // when early panes are due
  private final KeptLong earlyNext;   // while they are emitted: window number and key number; -1 otherwise
  private final KeptLong ended;       // 0 before the end, 1 after completion, 2 after a drain
  private long now;

  FixedWindows(Setting setting) {
    this(setting, new OpenWindows(), new KeptRows(setting.bound(), setting.overlaps()), new KeptLong(Times.NEVER),
        new KeptLong(0), new KeptLong(NO_TIMER), new KeptLong(-1), new KeptLong(0));
  }

  private FixedWindows(Setting setting, OpenWindows open, KeptRows rows, KeptLong c, KeptLong nextResult,
      KeptLong earlyAt, KeptLong earlyNext,
      KeptLong ended) {
    this.setting = setting;
    this.isSimple = !setting.overlaps() && !setting.isByClock() && setting.bound().isEmpty()
        && setting.earlyEvents() == 0;
    this.open = open;
    this.rows = rows;
    this.c = c;
    this.nextResult = nextResult;
    this.earlyAt = earlyAt;
    this.earlyNext = earlyNext;
    this.ended = ended;
  }

  // ---- elements
  // -----------------------------------------------------------------------------------------------------------

  @Override
  public int openWindows() {
    return open.count();
  }

  @Override
  public void turn(long now) {
    this.now = now;
  }

  @Override
  public boolean accept(Object key, Object value, long t, long w, Output<? super Object> out) throws Exception {
    if (isSimple) {
      // Most elements go where the one before went: no search, and little enough code to be inlined.
      WindowTable window = open.lastIfHolds(t);
      if (window != null && window.closesAt > w && window.closesAt > c.get()) {
        open.touch(window);
        window.table.add(key, value);
        return true;
      }
    }
    if (setting.isByClock()) {
      // The stamp is not what counts here.
      put(key, value, now, Times.NEVER, t, w, out);
    } else {
      put(key, value, t, w, t, w, out);
    }
    return true;
  }

  /** One window each, by event time, and no early panes. */
  @Override
  public boolean takesAtomically() {
    return isSimple;
  }

  @Override
  public void take(Object key, int hash, Object value, long t, long w, Output<? super Object> out) throws Exception {
    WindowTable window = open.lastIfHolds(t);
    if (window != null && window.closesAt > w && window.closesAt > c.get()) {
      open.touch(window);
      window.table.take(key, hash, value);
    } else {
      takeElsewhere(key, hash, value, t, w, out);
    }
  }

  /** Not into the window of the element before. As {@link #put}, but in an order that needs no mark. */
  private void takeElsewhere(Object key, int hash, Object value, long t, long w, Output<? super Object> out)
      throws Exception {
    Assigner assigner = setting.assigner();
    long start = assigner.firstStart(t);
    while (assigner.end(start) <= t && start <= t) start = assigner.next(start);
    if (start > t) {
      out.filtered(value);
      return;
    }
    long end = assigner.end(start);
    long closesAt = Times.plus(end, setting.lateness());
    boolean isLate = closesAt <= w;
    if (isLate || closesAt <= c.get()) {
      out.late(value, t, w, !isLate);
      return;
    }
    WindowTable found = open.find(start, end);
    WindowTable window = found != null ? found
        : new WindowTable(start, end, setting.lateness(), setting.how().table(open.likelyKeys()), null);
    if (found != null) open.touch(window);
    window.table.take(key, hash, value);
    if (found != null) return;
    open.add(window);
    open.touch(window);
  }

  private void put(Object key, Object value, long t, long w, long stampT, long stampW, Output<? super Object> out)
      throws Exception {
    Assigner assigner = setting.assigner();
    boolean isInAny = false;
    boolean isOnTime = false;
    boolean isIn = false;
    for (long start = assigner.firstStart(t); start <= t; start = assigner.next(start)) {
      long end = assigner.end(start);
      if (end <= t) continue;
      isInAny = true;
      long closesAt = Times.plus(end, setting.lateness());
      if (closesAt <= w) continue;
      isOnTime = true;
      if (closesAt <= c.get()) continue;
      if (!isIn && !rows.takes(value, open, out)) return;
      isIn = true;
      WindowTable window = open.find(start, end);
      if (window == null) {
        window = new WindowTable(start, end, setting.lateness(), setting.how().table(), setting.earlyEvents() > 0
            ? new LongSlots() : null);
        open.add(window);
      }
      add(window, key, value, out);
    }
    if (!isInAny) out.filtered(value);
    else if (!isIn) out.late(value, stampT, stampW, isOnTime);
  }

  private void add(WindowTable window, Object key, Object value, Output<? super Object> out) throws Exception {
    open.touch(window);
    window.table.add(key, value);
    rows.added(window, key, value, open);
    if (window.early == null) return;
    window.early.add(key, 1);
    if (window.early.value(window.early.place(key)) % setting.earlyEvents() != 0) return;
    out.emit(pane(window, key, window.table.result(window.table.slots().place(key)), Pane.Kind.EARLY), key,
        window.end - 1, window.end - 1);
  }

  private static Pane<Object, Object> pane(WindowTable window, Object key, Object result, Pane.Kind kind) {
    return new Pane<>(key, window.window(), result, kind);
  }

  // ---- firing
  // -------------------------------------------------------------------------------------------------------------

  @Override
  public boolean progress(long c, Output<? super Object> out) throws Exception {
    if (setting.isByClock()) return true;
    if (c > this.c.get()) this.c.set(c);
    return fire(out);
  }

  @Override
  public boolean resume(Output<? super Object> out) throws Exception {
    // first those that are over by now: their last word is the only one
    return fire(out) && (earlyNext.get() < 0 || emitEarly(out));
  }

  /** Fires what is closed by now. At the end that is all. */
  private boolean fire(Output<? super Object> out) throws Exception {
    while (!open.isEmpty() && (ended.get() != 0 || open.first().closesAt <= c.get())) {
      WindowTable window = open.first();
      boolean isCut = ended.get() == 2 && window.end > c.get();
      Slots keys = window.table.slots();
      for (long n = nextResult.get(); n < keys.size(); n++) {
        if (!out.hasRoom()) return false;
        nextResult.set(n + 1);
        emit(window, keys.placeOf((int) n), isCut ? Pane.Kind.CUT : Pane.Kind.FINAL, out);
      }
      nextResult.set(0);
      rows.removed(window);
      open.removeFirst();
    }
    return true;
  }

  private void emit(WindowTable window, int place, Pane.Kind kind, Output<? super Object> out) throws Exception {
    Object key = window.table.slots().key(place);
    Object result = Results.orNull(out, window.window(), window.table, place);
    if (setting.bound().isPresent() && Rows.areNone(result)) return;
    if (result != null) out.emit(pane(window, key, result, kind), key, window.end - 1, window.end - 1);
  }

  @Override
  public boolean end(boolean isDrained, Output<? super Object> out) throws Exception {
    ended.set(isDrained ? 2 : 1);
    earlyNext.set(-1);
    return fire(out);
  }

  @Override
  public long vouchesFor(long c) {
    if (setting.isByClock()) return Times.NEVER;
    long vouched = Times.minus(c, setting.lateness());
    boolean isFiring = !open.isEmpty() && open.first().closesAt <= c;
    return isFiring ? Math.min(vouched, open.first().end - 1) : vouched;
  }

  // ---- the clock
  // ----------------------------------------------------------------------------------------------------------

  @Override
  public long nextTimer() {
    long clockWindow = setting.isByClock() && !open.isEmpty() ? open.first().end : NO_TIMER;
    return Math.min(clockWindow, earlyDue());
  }

  @Override
  public boolean timer(long now, Output<? super Object> out) throws Exception {
    this.now = now;
    if (setting.isByClock() && now > c.get()) c.set(now);
    if (earlyAt.get() <= now) {
      earlyAt.set(NO_TIMER);
      earlyNext.set(0);
    }
    return resume(out);
  }

  /** A period after the first element that no early pane has told of; a window that is as it was has nothing to say. */
  private long earlyDue() {
    boolean begins = setting.earlyNanos() > 0 && earlyAt.get() == NO_TIMER && earlyNext.get() < 0 && open.hasNews();
    return begins ? Times.plus(now, setting.earlyNanos()) : earlyAt.get();
  }

  private boolean emitEarly(Output<? super Object> out) throws Exception {
    WindowTable[] windows = open.all();
    for (int number = (int) (earlyNext.get() >>> 32); number < windows.length; number++) {
      if (windows[number].hasNews.get() == 0) continue;
      Slots keys = windows[number].table.slots();
      for (int n = (int) earlyNext.get(); n < keys.size(); n++) {
        if (!out.hasRoom()) return false;
        earlyNext.set((long) number << 32 | n + 1);
        emit(windows[number], keys.placeOf(n), Pane.Kind.EARLY, out);
      }
      earlyNext.set((long) (number + 1) << 32);
      open.told(windows[number]);
    }
    earlyNext.set(-1);
    return true;
  }

  // ---- turns
  // --------------------------------------------------------------------------------------------------------------

  @Override
  public boolean makesResultsOfSeveral() {
    return setting.earlyEvents() > 0;
  }

  @Override
  public void mark() {
    open.mark();
    rows.mark();
    earlyAt.mark();
  }

  @Override
  public void undo() {
    open.undo();
    rows.undo();
    earlyAt.undo();
  }

  @Override
  public void commit() {
    earlyAt.set(earlyDue());
    open.commit();
    rows.commit();
    c.commit();
    nextResult.commit();
    earlyAt.commit();
    earlyNext.commit();
    ended.commit();
  }

  @Override
  public void rollback() {
    open.rollback();
    rows.rollback();
    c.rollback();
    nextResult.rollback();
    earlyAt.rollback();
    earlyNext.rollback();
    ended.rollback();
  }

  @Override
  public FixedWindows successor() {
    return new FixedWindows(setting, open.successor(), rows.successor(), c.successor(), nextResult.successor(),
        earlyAt.successor(),
        earlyNext.successor(), ended.successor());
  }
}
