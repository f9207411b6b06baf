package stage.runtime.pipeline.receipt;

import java.util.Arrays;
import java.util.function.Predicate;
import stage.runtime.bridge.BulkOutlet;

/** Receipts in a row, which are put in one by one and taken out by the batch. The keeper of a book. */
final class PendingReceipts {
  private static final int SMALLEST = 16;

  private Receipt[] array = new Receipt[SMALLEST];
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
    Receipt[] to = 2 * size <= array.length ? array : new Receipt[2 * size];
    System.arraycopy(array, first, to, 0, size);
    if (to == array) Arrays.fill(array, size, behind, null);
    array = to;
    first = 0;
    behind = size;
  }

  /** Emits the first ones, which stay. */
  void emitTo(BulkOutlet<?> out, int count) {
    out.emitAll(array, first, first + count);
  }

  void removeFirst(int count) {
    Arrays.fill(array, first, first + count, null);
    first += count;
    if (first != behind) return;
    first = 0;
    behind = 0;
  }

  /** Removes those for which this is true, which is asked once for each, in their order. */
  void removeIf(Predicate<? super Receipt> condition) {
    int kept = first;
    for (int i = first; i < behind; i++) if (!condition.test(array[i])) array[kept++] = array[i];
    Arrays.fill(array, kept, behind, null);
    behind = kept;
  }
}
