package stage.runtime.pipeline.operator;

import java.util.ArrayList;
import java.util.List;

/**
 * The windows of an operator that have elements, by end and start. There are few, so a changed array is a new one. Knows which of them an element and a
 * turn have touched, so that only those are marked, undone and committed.
 */
final class OpenWindows {
  private static final WindowTable[] NONE = {};

  private final KeptValue<WindowTable[]> windows;
  private final List<WindowTable> dirty = new ArrayList<>();
  private final List<WindowTable> marked = new ArrayList<>();
  private int mark = 1;
  private WindowTable last;   // most elements go where the one before went

  OpenWindows() {
    this(NONE);
  }

  private OpenWindows(WindowTable[] windows) {
    this.windows = new KeptValue<>(windows);
  }

  WindowTable[] all() {
    return windows.get();
  }

  boolean isEmpty() {
    return windows.get().length == 0;
  }

  /** {@return the window that ends first} */
  WindowTable first() {
    return windows.get()[0];
  }

  /** {@return the window that the last element went into, if that holds the time; else null} */
  WindowTable lastIfHolds(long t) {
    return last != null && last.holds(t) ? last : null;
  }

  /** {@return the window, or null} */
  WindowTable find(long start, long end) {
    if (last != null && last.start == start && last.end == end) return last;
    WindowTable[] all = windows.get();
    int at = position(all, start, end);
    return at < all.length && all[at].start == start && all[at].end == end ? all[at] : null;
  }

  private static int position(WindowTable[] all, long start, long end) {
    int low = 0;
    int high = all.length;
    while (low < high) {
      int middle = low + high >>> 1;
      if (all[middle].isBefore(start, end)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  void add(WindowTable window) {
    WindowTable[] old = windows.get();
    int at = position(old, window.start, window.end);
    WindowTable[] more = new WindowTable[old.length + 1];
    System.arraycopy(old, 0, more, 0, at);
    more[at] = window;
    System.arraycopy(old, at, more, at + 1, old.length - at);
    windows.set(more);
  }

  void removeFirst() {
    WindowTable[] old = windows.get();
    WindowTable[] fewer = new WindowTable[old.length - 1];
    System.arraycopy(old, 1, fewer, 0, fewer.length);
    windows.set(fewer);
    last = null;
  }

  /** The element is about to change this window. */
  void touch(WindowTable window) {
    last = window;
    if (window.mark == mark) return;
    window.mark = mark;
    window.mark();
    marked.add(window);
    if (window.isDirty) return;
    window.isDirty = true;
    dirty.add(window);
  }

  void mark() {
    mark++;
    if (!marked.isEmpty()) marked.clear();
    windows.mark();
  }

  void undo() {
    for (WindowTable window : marked) window.undo();
    windows.undo();
    last = null;
  }

  void commit() {
    for (WindowTable window : dirty) window.commit();
    windows.commit();
    clean();
  }

  void rollback() {
    for (WindowTable window : dirty) window.rollback();
    windows.rollback();
    last = null;
    clean();
  }

  private void clean() {
    for (WindowTable window : dirty) window.isDirty = false;
    dirty.clear();
    mark();
  }

  OpenWindows successor() {
    // What is committed, although this has changed since.
    var copy = windows.successor();
    WindowTable[] all = copy.get().clone();
    for (int i = 0; i < all.length; i++) all[i] = all[i].successor();
    return new OpenWindows(all);
  }
}
