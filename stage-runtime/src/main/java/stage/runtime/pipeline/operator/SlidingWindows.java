package stage.runtime.pipeline.operator;

import java.util.ArrayList;
import java.util.List;
import stage.api.pipeline.Pane;
import stage.api.pipeline.Window;

/**
 * Windows that overlap, put together of panes: the spans between two neighbouring edges of windows, at most two for
 * each window that begins. An element is folded once, into its pane, however many windows it is in; a window that
 * fires merges what its panes have.
 *
 * <p>An element may be late for the first windows of its pane and on time for the others. So a pane has a table for
 * each window that may be the first one of an element; a window takes those of its panes whose first window is itself
 * or an earlier one. What the stamps say decides which table that is, so a window has the elements that it would have
 * had to itself.
 *
 * <p>Windows with early panes, and those that keep their elements in lists, are {@link FixedWindows}.
 */
final class SlidingWindows implements SingleInput<Object, Object> {
  /**
   * What does not change.
   *
   * @param windows which windows a time is in; a new one begins before one ends
   * @param lateness how long after its end a window takes elements
   * @param how what the elements come to
   */
  record Setting(Assigner.Fixed windows, long lateness, Reduction how) {
    /** {@return the start of the pane that a time is in} */
    long pane(long t) {
      long lastStart = lastStart(t);
      long firstPart = windows.size() % windows.every();   // so long after a window has begun an earlier one ends
      return t - lastStart < firstPart ? lastStart : lastStart + firstPart;
    }

    /** {@return the end of the last window that a time is in} */
    long lastEnd(long t) {
      return Times.plus(lastStart(t), windows.size());
    }

    private long lastStart(long t) {
      return Math.floorDiv(t - windows.offset(), windows.every()) * windows.every() + windows.offset();
    }

    /** {@return the end of the first window that a time is in and that has not closed; it is in one} */
    long firstEnd(long t, long c) {
      long end = windows.firstStart(t) + windows.size();
      long closed = Times.minus(c, lateness);
      return end > closed ? end : end + ((closed - end) / windows.every() + 1) * windows.every();
    }
  }

  /** Of longer windows the ends could lie beyond what a long can say. */
  static final long LONGEST = 36_525L * 86_400 * 1_000_000_000;

  private final Setting setting;
  private final OpenWindows open;     // tables: each begins with its pane, and ends with the first window it counts in
  private final Horizon horizon;
  private final KeptLong fired;       // the end of the last window that has fired
  private final KeptLong nextResult;  // of the window that is firing: which of its tables, and which of that one's keys

  SlidingWindows(Setting setting) {
    this(setting, new OpenWindows(), new Horizon(), new KeptLong(Times.NEVER), new KeptLong(0));
  }

  private SlidingWindows(Setting setting, OpenWindows open, Horizon horizon, KeptLong fired, KeptLong nextResult) {
    this.setting = setting;
    this.open = open;
    this.horizon = horizon;
    this.fired = fired;
    this.nextResult = nextResult;
  }

  // ---- elements

  @Override
  public boolean accept(Object key, Object value, long t, long w, Output<? super Object> out) throws Exception {
    long lastEnd = setting.lastEnd(t);
    if (lastEnd == Times.FOREVER) {
      out.deadLetter(value, new IllegalArgumentException("the window of " + Times.instant(t)
          + " would end after the year 2261"));
      return true;
    }
    long closesAt = Times.plus(lastEnd, setting.lateness());
    if (closesAt <= w || closesAt <= horizon.progress()) {
      out.late(value, t, w, closesAt > w);
      return true;
    }
    long pane = setting.pane(t);
    long firstEnd = setting.firstEnd(t, Math.max(w, horizon.progress()));
    WindowTable table = open.find(pane, firstEnd);
    if (table == null) {
      table = new WindowTable(pane, firstEnd, setting.lateness(), setting.how().table(), null);
      open.add(table);
    }
    open.touch(table);
    table.table.add(key, value);
    return true;
  }

  /** At most: there may be some in between that have no elements. */
  @Override
  public int openWindows() {
    if (open.isEmpty()) return 0;
    return (int) ((setting.lastEnd(open.last().start) - nextEnd()) / setting.windows().every() + 1);
  }

  // ---- firing

  @Override
  public boolean progress(long c, Output<? super Object> out) throws Exception {
    horizon.rise(c);
    return fire(out);
  }

  @Override
  public boolean resume(Output<? super Object> out) throws Exception {
    return fire(out);
  }

  /** {@return the end of the next window that has elements} There are some. */
  private long nextEnd() {
    long first = open.first().end;
    // A table that is still there after its first window has fired is in the next one, too.
    return first > fired.get() ? first : fired.get() + setting.windows().every();
  }

  private boolean isClosed(long end) {
    return Times.plus(end, setting.lateness()) <= horizon.due();
  }

  /** Fires what is closed by now. At the end that is all. */
  private boolean fire(Output<? super Object> out) throws Exception {
    while (!open.isEmpty()) {
      long end = nextEnd();
      if (!isClosed(end)) return true;
      if (!fire(end, tablesOf(end), out)) return false;
      nextResult.set(0);
      fired.set(end);
    }
    return true;
  }

  /** {@return the tables that a window is made of} No element comes to them any more. */
  private List<WindowTable> tablesOf(long end) {
    List<WindowTable> tables = new ArrayList<>();
    for (WindowTable table : open.all()) {
      if (table.end > end) break;
      tables.add(table);   // those whose last window was an earlier one are gone
    }
    return tables;
  }

  private boolean fire(long end, List<WindowTable> tables, Output<? super Object> out) throws Exception {
    Pane.Kind kind = horizon.isCutBefore(end) ? Pane.Kind.CUT : Pane.Kind.FINAL;
    var window = new Window(Times.instant(end - setting.windows().size()), Times.instant(end));
    for (int number = (int) (nextResult.get() >>> 32); number < tables.size(); number++) {
      Slots keys = tables.get(number).table.slots();
      for (int n = (int) nextResult.get(); n < keys.size(); n++) {
        Object key = keys.key(keys.placeOf(n));
        if (!isFirstWith(key, tables, number)) continue;
        if (!out.hasRoom()) return false;
        nextResult.set((long) number << 32 | n + 1);
        emit(window, end, key, tables.subList(number, tables.size()), kind, out);
      }
      nextResult.set((long) (number + 1) << 32);
    }
    for (WindowTable table : tables) if (setting.lastEnd(table.start) == end) open.remove(table);
    return true;
  }

  private static boolean isFirstWith(Object key, List<WindowTable> tables, int number) {
    for (int i = 0; i < number; i++) {
      if (tables.get(i).table.slots().placeOrAbsent(key) != Slots.ABSENT) return false;
    }
    return true;
  }

  private void emit(Window window, long end, Object key, List<WindowTable> tables, Pane.Kind kind,
      Output<? super Object> out) throws Exception {
    List<Object> parts = new ArrayList<>();
    for (WindowTable table : tables) {
      int place = table.table.slots().placeOrAbsent(key);
      if (place == Slots.ABSENT) continue;
      Object part = table.table.raw(place);
      parts.add(part);
      if (setting.lastEnd(table.start) != end) out.kept(part);   // for later windows
    }
    Object result = Results.orNull(out, window, new Results.Parts(parts), () -> setting.how().finished(merged(parts)));
    if (result != null) out.emit(new Pane<>(key, window, result, kind), key, end - 1, end - 1);
  }

  private Object merged(List<Object> parts) throws Exception {
    Object merged = parts.getFirst();
    for (Object part : parts.subList(1, parts.size())) merged = setting.how().merged(merged, part);
    return merged;
  }

  @Override
  public boolean end(boolean isDrained, Output<? super Object> out) throws Exception {
    horizon.end(isDrained);
    return fire(out);
  }

  @Override
  public long vouchesFor(long c) {
    long vouched = Times.minus(c, setting.lateness());
    if (open.isEmpty()) return vouched;
    long end = nextEnd();
    return isClosed(end) ? Math.min(vouched, end - 1) : vouched;
  }

  // ---- turns

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
    horizon.commit();
    fired.commit();
    nextResult.commit();
  }

  @Override
  public void rollback() {
    open.rollback();
    horizon.rollback();
    fired.rollback();
    nextResult.rollback();
  }

  @Override
  public SlidingWindows successor() {
    return new SlidingWindows(setting, open.successor(), horizon.successor(), fired.successor(),
        nextResult.successor());
  }
}
