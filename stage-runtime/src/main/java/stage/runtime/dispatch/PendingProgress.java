package stage.runtime.dispatch;

import stage.runtime.lane.Progress;

/**
 * Progress that waits behind the events of a backlog: the oldest, so that it gets through however much comes after it,
 * and the newest, which says all that those in between say. The producer's cell only.
 */
final class PendingProgress {
  private Progress oldest;     // null if none waits
  private int oldestBehind;    // how many events are before it
  private Progress newest;     // null if there is none after the oldest
  private int newestBehind;

  /** Lets progress wait behind this many events, at least one. */
  void add(Progress progress, int waiting) {
    if (oldest == null) {
      oldest = progress;
      oldestBehind = waiting;
    } else {
      newest = progress;
      newestBehind = waiting;
    }
  }

  /** Events were put before all that wait. */
  void isBehindMore(int events) {
    oldestBehind += events;
    newestBehind += events;
  }

  /**
   * {@return what to publish now that this many of the oldest events no longer wait; null for nothing}
   */
  Progress passed(int events) {
    if (oldest == null) return null;
    oldestBehind -= events;
    newestBehind -= events;
    Progress due = null;
    if (oldestBehind <= 0) {
      due = oldest;
      oldest = newest;
      oldestBehind = newestBehind;
      newest = null;
    }
    if (due != null && oldest != null && oldestBehind <= 0) {
      due = oldest;
      oldest = null;
    }
    return due;
  }
}
