package stage.runtime.pipeline.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The windows of an operator that have elements, by end and start. Knows which of them an element and a turn have
 * touched, so that only those are marked, undone and committed.
 */
final class OpenWindows {
  /**
   * Some windows in an array, immutable as far as it reaches: most come in order, and one more at the end can be put
   * behind it, where nobody looks yet.
   *
   * @param array the windows
   * @param from where they begin
   * @param to where they end
   */
  private record Run(WindowTable[] array, int from, int to) {
    static final Run EMPTY = new Run(new WindowTable[0], 0, 0);

    /** {@return where a window is, or would be} */
    int position(long start, long end) {
      int low = from;
      int high = to;
      while (low < high) {
        int middle = low + high >>> 1;
        if (array[middle].isBefore(start, end)) low = middle + 1;
        else high = middle;
      }
      return low;
    }

    Run with(WindowTable window) {
      int at = position(window.start, window.end);
      if (at == to && to < array.length) {
        array[to] = window;
        return new Run(array, from, to + 1);
      }
      int size = to - from;
      WindowTable[] more = new WindowTable[Math.max(4, at == to ? 2 * size : size + 1)];
      System.arraycopy(array, from, more, 0, at - from);
      more[at - from] = window;
      System.arraycopy(array, at, more, at - from + 1, to - at);
      return new Run(more, 0, size + 1);
    }

    Run withoutFirst() {
      if (from + 1 == to) return EMPTY;
      if (2 * (from + 1) <= array.length) return new Run(array, from + 1, to);
      // lest it hold on to those that are gone
      return new Run(Arrays.copyOfRange(array, from + 1, to), 0, to - from - 1);
    }

    Run without(WindowTable window) {
      int at = position(window.start, window.end);
      if (at == from) return withoutFirst();
      WindowTable[] fewer = new WindowTable[to - from - 1];
      System.arraycopy(array, from, fewer, 0, at - from);
      System.arraycopy(array, at + 1, fewer, at - from, to - at - 1);
      return new Run(fewer, 0, fewer.length);
    }

    WindowTable[] all() {
      return Arrays.copyOfRange(array, from, to);
    }
  }

  private static final int MOST_LIKELY_KEYS = 1 << 14;   // a window that has fewer after all takes that room in vain

  private final KeptValue<Run> windows;
  private final List<WindowTable> dirty = new ArrayList<>();
  private WindowTable[] marked = new WindowTable[4];   // by the element
  private int markedCount;
  private int mark = 1;
  private WindowTable last;   // most elements go where the one before went

  OpenWindows() {
    this(Run.EMPTY);
  }

  private OpenWindows(Run windows) {
    this.windows = new KeptValue<>(windows);
  }

  WindowTable[] all() {
    return windows.value().all();
  }

  int count() {
    Run run = windows.value();
    return run.to() - run.from();
  }

  boolean isEmpty() {
    return windows.value().to == windows.value().from;
  }

  /** {@return the window that ends first} */
  WindowTable first() {
    return windows.value().array[windows.value().from];
  }

  /** {@return the window that ends last} */
  WindowTable last() {
    return windows.value().array[windows.value().to - 1];
  }

  /** {@return how many keys a new window may soon have: as many as the one before it, within reason} */
  int likelyKeys() {
    return last == null ? 0 : Math.min(last.table.slots().size(), MOST_LIKELY_KEYS);
  }

  /** {@return the window that the last element went into, if that holds the time; else null} */
  WindowTable lastIfHolds(long t) {
    return last != null && last.holds(t) ? last : null;
  }

  /** {@return the window, or null} */
  WindowTable find(long start, long end) {
    if (last != null && last.start == start && last.end == end) return last;
    Run all = windows.value();
    int at = all.position(start, end);
    return at < all.to && all.array[at].start == start && all.array[at].end == end ? all.array[at] : null;
  }

  void add(WindowTable window) {
    windows.set(windows.value().with(window));
  }

  void removeFirst() {
    windows.set(windows.value().withoutFirst());
    last = null;
  }

  /** Removes a window that is there. */
  void remove(WindowTable window) {
    windows.set(windows.value().without(window));
    last = null;
  }

  /** The element is about to change this window. */
  void touch(WindowTable window) {
    last = window;
    if (window.mark == mark) return;
    window.mark = mark;
    window.mark();
    if (markedCount == marked.length) marked = Arrays.copyOf(marked, 2 * markedCount);
    marked[markedCount++] = window;
    if (window.isDirty) return;
    window.isDirty = true;
    dirty.add(window);
    window.hasNews.set(1);
  }

  /** {@return whether a window has taken elements since the last commit that no early pane has told of} */
  boolean hasNews() {
    for (WindowTable window : dirty) if (window.hasNews.get() != 0) return true;
    return false;
  }

  /** An early pane has told what the window's elements come to so far. */
  void told(WindowTable window) {
    touch(window);
    window.hasNews.set(0);
  }

  void mark() {
    mark++;
    markedCount = 0;
    windows.mark();
  }

  void undo() {
    for (int i = 0; i < markedCount; i++) marked[i].undo();
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
    WindowTable[] all = windows.successor().value().all();
    for (int i = 0; i < all.length; i++) all[i] = all[i].successor();
    return new OpenWindows(new Run(all, 0, all.length));
  }
}
