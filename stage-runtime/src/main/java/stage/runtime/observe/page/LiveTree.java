package stage.runtime.observe.page;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import stage.api.observe.Explanation;
import stage.api.observe.Registration;
import stage.api.observe.TreeRates;
import stage.api.observe.TreeSnapshot;
import stage.runtime.supervision.Observed;
import stage.runtime.time.Latch;

/**
 * The tree as text, made at most ten times a second however many ask for it, and never for more than a tenth of the
 * time; explained at most every two seconds. The scope is watched only while somebody asks: a page that nobody looks at
 * costs its scope nothing. Any thread.
 */
final class LiveTree {
  private static final long MADE_AT_MOST_EVERY = 100_000_000;
  private static final int REST_PER_WORK = 9;
  private static final long RATES_OVER = 1_000_000_000;

  private final Observed scope;
  private final Function<Optional<TreeSnapshot>, Explanation> explain;
  private final History history;
  private final Rendering rendering;
  private final ReentrantLock lock = new ReentrantLock();

  // All under the lock.
  private final ArrayDeque<TreeSnapshot> former = new ArrayDeque<>();   // of the last second, the oldest first
  private TreeText text = TreeText.NONE;
  private long madeNanos;      // when it was finished
  private long madeInNanos;    // how long that took
  private long askedNanos;
  private Optional<Explanation> explanation = Optional.empty();
  private Registration watching;   // null while nobody asks
  private Latch looked;            // opens when somebody asks
  private boolean closed;

  LiveTree(Observed scope, Function<Optional<TreeSnapshot>, Explanation> explain, History history,
      Rendering rendering) {
    this.scope = scope;
    this.explain = explain;
    this.history = history;
    this.rendering = rendering;
    this.madeNanos = scope.time().nanos() - MADE_AT_MOST_EVERY;
    this.askedNanos = scope.time().nanos();
    this.looked = scope.time().latch();
  }

  /** {@return the tree as JSON, not older than 100 ms, or than nine times what it takes to make it} */
  byte[] json() {
    return text().whole().getBytes(StandardCharsets.UTF_8);
  }

  /** {@return the tree as {@link #json} has it, and its parts; the same object again if there is no newer one} */
  TreeText text() {
    lock.lock();
    try {
      long now = scope.time().nanos();
      askedNanos = now;
      looked.open();
      if (now - madeNanos >= Math.max(MADE_AT_MOST_EVERY, REST_PER_WORK * madeInNanos)) make(now);
      return text;
    } finally {
      lock.unlock();
    }
  }

  private void make(long now) {
    if (watching == null && !closed) watching = scope.watch();
    TreeSnapshot tree = scope.tree();
    while (former.size() > 1 && tree.nanos() - former.getFirst().nanos() > RATES_OVER) former.removeFirst();
    TreeRates rates = former.isEmpty() ? TreeRates.NONE : TreeRates.between(former.getFirst(), tree);
    former.addLast(tree);
    Optional<Explanation> said = explanation.map(found -> found.beside(tree, rates));
    text = rendering.tree(tree, rates, said, history.latest());
    madeNanos = scope.time().nanos();
    madeInNanos = madeNanos - now;
  }

  /** Waits until someone asks, or it is closed: not at all if somebody did a short while ago. */
  void awaitLook() throws InterruptedException {
    Latch look;
    lock.lock();
    try {
      look = looked;
    } finally {
      lock.unlock();
    }
    look.await();
  }

  /**
   * Explains the scope anew if anybody has asked within a time, and else lets go of it. Takes up to some seconds,
   * without the lock.
   */
  void refreshExplanation(long ifAskedWithinNanos) {
    if (!isAskedWithin(ifAskedWithinNanos)) return;
    Explanation found = explain.apply(earlier());
    lock.lock();
    try {
      explanation = Optional.of(found);
    } finally {
      lock.unlock();
    }
  }

  /** {@return the tree as it was about a second ago; the scope has been watched since; empty if there is none yet} */
  private Optional<TreeSnapshot> earlier() {
    lock.lock();
    try {
      return Optional.ofNullable(former.peekFirst());
    } finally {
      lock.unlock();
    }
  }

  private boolean isAskedWithin(long nanos) {
    lock.lock();
    try {
      boolean isAsked = scope.time().nanos() - askedNanos <= nanos;
      if (!isAsked) rest();
      return isAsked;
    } finally {
      lock.unlock();
    }
  }

  /** Shares of the time are of no use once they have not been added up for a while, so they begin anew. */
  private void rest() {
    former.clear();
    explanation = Optional.empty();
    if (watching != null) watching.close();
    watching = null;
    if (!closed) looked = scope.time().latch();
  }

  /** Watches no more. */
  void close() {
    lock.lock();
    try {
      closed = true;
      looked.open();
      rest();
    } finally {
      lock.unlock();
    }
  }
}
