package stage.runtime.pipeline.operator;

import java.util.Optional;
import stage.api.pipeline.Bound;

/** How many elements all open windows of an operator keep, where they keep them, and which is the oldest. */
final class KeptRows {
  private record Where(long start, long end, Object key, Object value) {}

  private final Bound bound;   // null where elements are not kept
  private final boolean overlaps;   // whether an element may be in several windows
  private final KeptLong count;
  private final KeptQueue<Where> oldest;   // only where the bound forgets the oldest

  KeptRows(Optional<Bound> bound, boolean overlaps) {
    this(bound.orElse(null), overlaps, new KeptLong(0), new KeptQueue<>());
  }

  private KeptRows(Bound bound, boolean overlaps, KeptLong count, KeptQueue<Where> oldest) {
    this.bound = bound;
    this.overlaps = overlaps;
    this.count = count;
    this.oldest = oldest;
  }

  /**
   * {@return whether there is room for one more, having made it if the bound says so} If not, the element is settled.
   */
  boolean takes(Object value, OpenWindows open, Output<?> out) throws Exception {
    if (bound == null || count.get() < bound.rows()) return true;
    if (!Fullness.makesRoom(bound, "the windows' room for elements", value, out)) return false;
    for (Where where = oldest.poll(); where != null; where = oldest.poll()) {
      WindowTable window = open.find(where.start(), where.end());
      if (window == null) continue;
      open.touch(window);
      ValueSlots lists = (ValueSlots) window.table.slots();
      lists.put(where.key(), ((Rows) lists.get(where.key())).withoutFirst());
      window.rows.set(window.rows.get() - 1);
      count.set(count.get() - 1);
      // One that is left out of one window may still be in another.
      if (overlaps) out.released(where.value());
      else out.dropped(where.value());
      return true;
    }
    return true;
  }

  void added(WindowTable window, Object key, Object value, OpenWindows open) {
    if (bound == null) return;
    window.rows.set(window.rows.get() + 1);
    count.set(count.get() + 1);
    if (bound.full() != Bound.Full.FORGET_OLDEST) return;
    oldest.add(new Where(window.start, window.end, key, value));
    oldest.sweep(count.get(), where -> open.find(where.start(), where.end()) == null);
  }

  /** A window is about to be removed. */
  void removed(WindowTable window) {
    if (bound == null) return;
    count.set(count.get() - window.rows.get());
    while (oldest.peek() != null
        && oldest.peek().start() <= window.start && oldest.peek().end() <= window.end) oldest.poll();
  }

  void mark() {
    if (bound == null) return;
    count.mark();
    oldest.mark();
  }

  void undo() {
    if (bound == null) return;
    count.undo();
    oldest.undo();
  }

  void commit() {
    if (bound == null) return;
    count.commit();
    oldest.commit();
  }

  void rollback() {
    if (bound == null) return;
    count.rollback();
    oldest.rollback();
  }

  KeptRows successor() {
    return new KeptRows(bound, overlaps, count.successor(), oldest.successor());
  }
}
