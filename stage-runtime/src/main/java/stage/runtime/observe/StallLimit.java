package stage.runtime.observe;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import stage.api.StageSnapshot;

/**
 * Tells stuck from slow. Nobody can know whether a callback will return, so a stage is called stuck only once it has
 * stood still for three seconds, and for twice as long as its recent callbacks took; until then it is slow. There is no
 * clock in here: callers say how long it has stood still.
 */
final class StallLimit {
  /** A stage that has stood still for less may have been kept from its processor, or be slow. */
  static final Duration USUAL = Duration.ofSeconds(3);

  private static final int TWICE = 2;

  /** A stage that also waits for a timer goes on by itself, so it is given this many times as long. */
  private static final int WITH_TIMER = 10;

  private final Duration limit;
  private final Looks looks;
  private final boolean isFrozen;
  private final Map<String, Duration> slow = new LinkedHashMap<>();
  private boolean isUndecided;

  /**
   * @param limit how long anything may stand still
   * @param looks knows how long callbacks have taken
   * @param isFrozen whether nothing can move, however long one waits
   */
  StallLimit(Duration limit, Looks looks, boolean isFrozen) {
    this.limit = limit;
    this.looks = looks;
    this.isFrozen = isFrozen;
  }

  /** {@return whether a stage that waits has waited for too long} */
  boolean isOver(StageSnapshot stage, Duration lasted) {
    if (isFrozen) return true;
    boolean isTimed = stage != null && hasTimer(stage);
    boolean isOver = lasted.compareTo(isTimed ? limit.multipliedBy(WITH_TIMER) : limit) >= 0;
    if (!isOver && !isTimed) isUndecided = true;
    return isOver;
  }

  static boolean hasTimer(StageSnapshot stage) {
    return stage.awaiting().endsWith("timer");
  }

  /** {@return whether a stage has been in user code for too long; if not, it is slow} */
  boolean isOverInUserCode(StageSnapshot stage, Duration lasted) {
    if (isFrozen) return true;
    Duration lately = Duration.ofNanos(looks.latelyNanosOf(stage.path()));
    boolean isLonger = lasted.compareTo(lately.multipliedBy(TWICE)) >= 0;
    if (isLonger && lasted.compareTo(limit) >= 0) return true;
    if (isLonger) isUndecided = true;
    slow.put(stage.path(), lasted.compareTo(lately) >= 0 ? lasted : lately);
    return false;
  }

  /** {@return whether it is known how long the stage's recent callbacks took} */
  boolean isKnownOf(StageSnapshot stage) {
    return looks.latelyNanosOf(stage.path()) > 0;
  }

  /** {@return whether a longer look may find something stuck} */
  boolean isUndecided() {
    return isUndecided;
  }

  /** {@return the slow stages that have been in one callback all the time, and how long it has lasted at least} */
  Map<String, Duration> slow() {
    return slow;
  }
}
