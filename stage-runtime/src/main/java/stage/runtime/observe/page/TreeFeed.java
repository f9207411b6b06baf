package stage.runtime.observe.page;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The tree for all who follow it: whole at first, every ten seconds, and for a client that has missed something, else
 * only what has changed. A change is worked out once, however many it is sent to. Any thread; the time is an argument.
 */
final class TreeFeed {
  private static final long RENEWED_AT_MOST_EVERY = 400_000_000;   // clients ask twice a second, and not at once
  private static final long WHOLE_EVERY = 10_000_000_000L;
  private static final int MOST_KEPT = 4;

  private final Supplier<TreeText> tree;
  private final ReentrantLock lock = new ReentrantLock();

  // All under the lock.
  private final ArrayDeque<Message> changes = new ArrayDeque<>();   // the last of them leads to the present tree
  private TreeText present = TreeText.NONE;
  private SentTree sent;       // null before the first tree
  private long number;         // of the present tree
  private long renewedNanos;

  TreeFeed(Supplier<TreeText> tree) {
    this.tree = tree;
  }

  /**
   * What one client is sent at once.
   *
   * @param event its name
   * @param data its text, on one line
   */
  record Message(String event, String data) {}

  /** What one client knows. Its own thread only. */
  static final class Position {
    private long number;      // of the tree it knows; 0 for none
    private long wholeNanos;  // when it was last sent a whole one
  }

  /** {@return what brings a client up to date; nothing if it is} */
  List<Message> next(Position position, long nowNanos) {
    lock.lock();
    try {
      if (sent == null || nowNanos - renewedNanos >= RENEWED_AT_MOST_EVERY) renew(nowNanos);
      long missed = number - position.number;
      boolean needsWhole = position.number == 0 || missed > changes.size()
          || nowNanos - position.wholeNanos >= WHOLE_EVERY;
      if (needsWhole) position.wholeNanos = nowNanos;
      position.number = number;
      if (needsWhole) return List.of(new Message("tree", present.whole()));
      return new ArrayList<>(changes).subList(changes.size() - (int) missed, changes.size());
    } finally {
      lock.unlock();
    }
  }

  private void renew(long nowNanos) {
    TreeText next = tree.get();
    renewedNanos = nowNanos;
    if (next == present) return;   // of a huge tree there is not always a newer one
    if (sent == null) {
      sent = new SentTree(next);
    } else {
      if (changes.size() == MOST_KEPT) changes.removeFirst();
      changes.addLast(new Message("change", sent.change(next)));
    }
    present = next;
    number++;
  }
}
