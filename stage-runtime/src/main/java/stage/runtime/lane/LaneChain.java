package stage.runtime.lane;

/**
 * Some lanes of one producer, in the order in which they were added, each at most once. The links are in the lanes
 * themselves, so that it takes no memory. The producer's cell only.
 */
public final class LaneChain {
  private final boolean isOfSpared;   // which of the two links of a lane it uses
  private Lane<?> first;
  private Lane<?> last;

  private LaneChain(boolean isOfSpared) {
    this.isOfSpared = isOfSpared;
  }

  /** {@return an empty one, for lanes that something was published to and whose consumers must be woken} */
  public static LaneChain ofTouched() {
    return new LaneChain(false);
  }

  /** {@return an empty one, for lanes whose consumers were left alone because they rest} */
  public static LaneChain ofSpared() {
    return new LaneChain(true);
  }

  /** Adds a lane, unless it is there. */
  public void add(Lane<?> lane) {
    if (isOfSpared ? lane.spared : lane.touched) return;
    if (isOfSpared) lane.spared = true;
    else lane.touched = true;
    if (first == null) first = lane;
    else if (isOfSpared) last.nextSpared = lane;
    else last.nextTouched = lane;
    last = lane;
  }

  /** {@return the first, which is not there any more; null if there is none} */
  public Lane<?> poll() {
    Lane<?> lane = first;
    if (lane == null) return null;
    if (isOfSpared) {
      first = lane.nextSpared;
      lane.nextSpared = null;
      lane.spared = false;
    } else {
      first = lane.nextTouched;
      lane.nextTouched = null;
      lane.touched = false;
    }
    return lane;
  }
}
