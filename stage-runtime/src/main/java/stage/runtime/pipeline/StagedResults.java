package stage.runtime.pipeline;

import java.util.Arrays;
import stage.api.Outlet;
import stage.runtime.bridge.BulkOutlet;
import stage.runtime.lane.Progress;

/** What a run has made in this turn and has not emitted yet. The run's own thread. */
final class StagedResults {
  /** So much of what steps make of one element belongs to its turn; what they make beyond goes on in later ones. */
  static final int EXPANSION = 1024;

  private static final int PORTION = 4096;   // results of windows in a turn, unless more are wanted
  private static final int LARGEST_PORTION = 65_536;
  private static final Object[] NONE = {};

  private final Tally tally;

  // this turn
  private BulkOutlet<Object> out;       // null for a consumer
  private Object[] staged = NONE;
  private int count;
  private int room;
  private int made;                     // how many results have been asked for that come of no element

  private int countMarked;              // before the element in hand
  private int expanded;                 // how many elements steps have made of that one since then

  StagedResults(Tally tally) {
    this.tally = tally;
  }

  /** Begins a turn. */
  void begin(Outlet<Object> to) {
    out = (BulkOutlet<Object>) to;
    staged = NONE;
    count = 0;
    made = 0;
    room = to == null ? PORTION : (int) Math.max(PORTION, Math.min(to.demand(), LARGEST_PORTION));
  }

  /** {@return whether this is a consumer's, which emits nothing} */
  boolean isOfSink() {
    return out == null;
  }

  void add(Object event) {
    if (count == staged.length) staged = Arrays.copyOf(staged, Math.max(16, 2 * count));
    staged[count++] = event;
    tally.out++;
  }

  int count() {
    return count;
  }

  /** {@return the results as an array, with room for this many more behind {@link #count}} */
  Object[] withRoomFor(int more) {
    if (staged.length < count + more) staged = Arrays.copyOf(staged, count + more);
    return staged;
  }

  /** A loop has put results into the array by itself. */
  void filled(int newCount) {
    count = newCount;
  }

  void flush() {
    if (count > 0) out.emitOwn(staged, count);
    staged = NONE;
    count = 0;
    countMarked = 0;
  }

  void drop() {
    count = 0;
  }

  // ---- room

  /** {@return how many more belong into this turn; 0 or less if it is full} */
  int room() {
    return room - count;
  }

  /**
   * {@return whether there is room in this turn for one more that comes of no element, which is counted} Also where
   * none of it is emitted: a turn that makes results for a sink or a filter must not go on until there are no more.
   */
  boolean mayMake() {
    if (room() <= 0 || made >= room) return false;
    made++;
    return true;
  }

  /**
   * {@return whether there is room in this turn for one more that steps make of the element in hand, which is counted}
   * Also where none of it is emitted: links behind those steps keep what they need to take the element back.
   */
  boolean mayExpand() {
    if (expanded >= EXPANSION) return false;
    expanded++;
    return true;
  }

  /** {@return how much more is wanted in this turn} */
  long wanted() {
    return out.demand() - count;
  }

  // ---- the element in hand

  void mark() {
    countMarked = count;
    expanded = 0;
  }

  void undo() {
    count = countMarked;
  }

  // ---- what goes behind the results

  void progress(Progress progress) {
    out.progress(progress);
  }

  void complete() {
    out.complete();
  }
}
