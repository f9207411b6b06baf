package stage.runtime.pipeline.receipt;

import java.util.Arrays;
import java.util.function.Predicate;
import stage.runtime.bridge.BulkOutlet;

/** Receipts in a row, which are put in one by one and taken out by the batch. The keeper of a book. */
final class PendingReceipts {
  private static final int SMALLEST = 16;
  private static final int LARGEST_USUAL = 1024;
  private static final Object[] NONE = {};

  // A new one whenever all were taken out: that one goes to a lane as it is, and to write young receipts into an old
  // array would cost a fence for each, by the collector's barriers.
  private Object[] array = NONE;
  private int usual = SMALLEST;   // as many as were taken out last, within reason
  private int first;
  private int behind;   // the last

  int size() {
    return behind - first;
  }

  void add(Receipt receipt) {
    if (behind == array.length) makeRoom();
    array[behind++] = receipt;
  }

  private void makeRoom() {
    int size = size();
    var more = new Object[Math.max(usual, 2 * size)];
    System.arraycopy(array, first, more, 0, size);
    array = more;
    first = 0;
    behind = size;
  }

  /** Emits the first ones, which stay until they are removed. */
  void emitTo(BulkOutlet<?> out, int count) {
    if (first == 0 && count == behind) out.emitOwn(array, count);
    else out.emitAll(array, first, first + count);
  }

  /** Removes what was emitted. The array may be a lane's by now, so it is not written to. */
  void removeFirst(int count) {
    if (count == 0) return;
    usual = Math.clamp(count, SMALLEST, LARGEST_USUAL);
    array = count == size() ? NONE : Arrays.copyOfRange(array, first + count, behind);
    behind -= first + count;
    first = 0;
  }

  /** Removes those for which this is true, which is asked once for each, in their order. */
  void removeIf(Predicate<? super Receipt> condition) {
    int kept = first;
    for (int i = first; i < behind; i++) if (!condition.test((Receipt) array[i])) array[kept++] = array[i];
    Arrays.fill(array, kept, behind, null);
    behind = kept;
  }
}
