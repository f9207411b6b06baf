package stage.runtime.lane;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The lanes that have news for the cell at one of their ends, so that it need not look at all the others. Any thread
 * posts, takes no memory for it and waits for nobody; the cell's thread takes the notices down, the oldest first.
 */
public final class NoticeBoard {
  // A stack that is taken as a whole, as Treiber's. A lane is posted once at a time. The poster has written what there
  // is to see, and finds the notice up, or puts it up. The cell clears the flag, issues a full fence, and then looks at
  // the lane: so whatever it does not see then is posted again.

  private static final VarHandle NEWEST;
  private static final VarHandle NEXT;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      NEWEST = lookup.findVarHandle(NoticeBoard.class, "newest", Notice.class);
      NEXT = lookup.findVarHandle(Notice.class, "next", Notice.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** That one lane has news. It is up, or it is not. */
  static final class Notice {
    private final NoticeBoard board;
    private final Lane<?> lane;
    // null: it is not up. Set to itself by the thread that puts it up, and, if there are others, to the one below it;
    // then written by the cell's thread. The last one is followed by itself.
    private volatile Notice next;

    Notice(NoticeBoard board, Lane<?> lane) {
      this.board = board;
      this.lane = lane;
    }

    /** Puts it up, unless it is. Any thread, after a full fence that follows what there is to see. */
    void post() {
      if (next != null || !NEXT.compareAndSet(this, null, this)) return;
      Notice below;
      do {
        below = board.newest;
        if (below == CLOSED) return;
        NEXT.setOpaque(this, below == null ? this : below);   // published by the next line
      } while (!NEWEST.compareAndSet(board, below, this));
    }
  }

  private static final Notice CLOSED = new Notice(null, null);

  private volatile Notice newest;   // any thread; taken all at once by the cell's
  private Notice oldest;            // the cell's thread only: the first of those taken, and still to be looked at

  /** Nothing is posted yet. */
  public NoticeBoard() {}

  /** {@return the lane whose notice has been up longest; null if there is none} It stays up. The cell's thread. */
  public Lane<?> first() {
    if (oldest == null && newest != null && newest != CLOSED) oldest = reversed((Notice) NEWEST.getAndSet(this, null));
    return oldest == null ? null : oldest.lane;
  }

  private static Notice reversed(Notice newest) {
    Notice at = newest;
    Notice below = at.next;
    NEXT.setOpaque(at, at);   // it will be the last; only this thread follows them from here on
    while (below != at) {
      Notice before = at;
      at = below;
      below = at.next;
      NEXT.setOpaque(at, before);
    }
    return at;
  }

  /** Takes the notice of {@link #first} down; what there is to see of that lane must be looked at after it. */
  public void takeFirstDown() {
    Notice first = oldest;
    Notice next = first.next;
    oldest = next == first ? null : next;
    first.next = null;
    VarHandle.fullFence();   // pairs with the one before post: what was written before it is seen from here on
  }

  /** Nobody looks at it any more, and it keeps no lane. The cell's thread. */
  public void close() {
    NEWEST.setVolatile(this, CLOSED);
    oldest = null;
  }
}
