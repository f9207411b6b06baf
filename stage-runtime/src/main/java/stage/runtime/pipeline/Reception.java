package stage.runtime.pipeline;

/**
 * How the links have received the element in hand, which says where it is counted. An element that no link says
 * anything of is counted by whether there is a result. The run's own thread.
 */
final class Reception {
  private final Tally tally;
  private boolean isAbsorbed;
  private boolean isLate;
  private boolean isRefused;
  private boolean isOverflown;
  private int lates;   // so far

  Reception(Tally tally) {
    this.tally = tally;
  }

  void begin() {
    isAbsorbed = false;
    isLate = false;
    isRefused = false;
    isOverflown = false;
  }

  void undo() {
    isAbsorbed = false;
    isLate = false;
    isRefused = false;
  }

  /** A link keeps it, or has made something of it that comes later. */
  void absorbed() {
    isAbsorbed = true;
  }

  void late(boolean isAfterIdle) {
    isLate = true;
    lates++;
    if (isAfterIdle) tally.lateAfterIdle++;
  }

  /** An operator cannot work it in. */
  void refused() {
    isRefused = true;
  }

  /** There is no room for it. */
  void overflown() {
    isOverflown = true;
  }

  boolean isOverflown() {
    return isOverflown;
  }

  int lates() {
    return lates;
  }

  /** Counts the element, which is through, as it was received. */
  void count(boolean hasResult) {
    if (isOverflown) tally.dropped++;
    else if (isRefused) tally.deadLettered++;
    else if (isAbsorbed) tally.handled++;
    else if (isLate) tally.late++;
    else if (hasResult) tally.handled++;
    else tally.filtered++;
  }
}
