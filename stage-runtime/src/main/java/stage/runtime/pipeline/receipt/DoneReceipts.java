package stage.runtime.pipeline.receipt;

import java.util.Arrays;

/** Receipts of one book that are done, and on the stack of that book what was done before. */
final class DoneReceipts {
  // who settled them; then who keeps the book, which has taken them from the stack
  Receipt[] receipts;
  int count;
  DoneReceipts next;

  DoneReceipts(int room) {
    receipts = new Receipt[room];
  }

  /** Makes room for one more. */
  void reserve() {
    if (count == receipts.length) receipts = Arrays.copyOf(receipts, 2 * count);
  }

  void add(Receipt receipt) {
    reserve();
    receipts[count++] = receipt;
  }
}
