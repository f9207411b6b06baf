package stage.runtime.pipeline.operator;

import stage.api.pipeline.Window;

/** One open window: its span, and its results by key. */
final class WindowTable {
  final long start;
  final long end;
  final long closesAt;   // when it takes no more: its end and the lateness
  final KeyedTable table;
  final LongSlots early;   // how many elements a key has had, for early panes; null without

  final KeptLong rows;     // how many elements it keeps, where that is bounded
  final KeptLong hasNews;  // 1 if it has taken elements that no early pane has told of; not undone with an element

  // this incarnation's
  int mark;          // the element that touched it last
  boolean isDirty;   // touched since the last commit

  private Window window;

  WindowTable(long start, long end, long lateness, KeyedTable table, LongSlots early) {
    this.start = start;
    this.end = end;
    this.closesAt = Times.plus(end, lateness);
    this.table = table;
    this.early = early;
    this.rows = new KeptLong(0);
    this.hasNews = new KeptLong(0);
  }

  private WindowTable(WindowTable replaced) {
    start = replaced.start;
    end = replaced.end;
    closesAt = replaced.closesAt;
    table = replaced.table.successor();
    early = replaced.early == null ? null : replaced.early.successor();
    rows = replaced.rows.successor();
    hasNews = replaced.hasNews.successor();
  }

  WindowTable successor() {
    return new WindowTable(this);
  }

  boolean holds(long t) {
    return start <= t && t < end;
  }

  /** {@return whether this comes before a window: what ends first, then what starts first} */
  boolean isBefore(long otherStart, long otherEnd) {
    return end < otherEnd || end == otherEnd && start < otherStart;
  }

  Window window() {
    if (window == null) window = new Window(Times.instant(start), Times.instant(end));
    return window;
  }

  void mark() {
    table.slots().mark();
    if (early != null) early.mark();
    rows.mark();
  }

  void undo() {
    table.slots().undo();
    if (early != null) early.undo();
    rows.undo();
  }

  void commit() {
    table.slots().commit();
    if (early != null) early.commit();
    rows.commit();
    hasNews.commit();
  }

  void rollback() {
    table.slots().rollback();
    if (early != null) early.rollback();
    rows.rollback();
    hasNews.rollback();
  }
}
