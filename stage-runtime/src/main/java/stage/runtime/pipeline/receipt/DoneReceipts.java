package stage.runtime.pipeline.receipt;

import java.util.Arrays;

/**
 * Receipts of one book that are done, and on the stack of that book what was done before. Most come in the order in
 * which they began, so they are noted by the run: receipts in a row, on one page.
 */
final class DoneReceipts {
  // who settled them; then who keeps the book, which has taken them from the stack
  ReceiptPage[] pages;   // of each run
  int[] from;            // its first receipt there
  int[] to;              // behind its last one
  int runs;
  DoneReceipts next;

  DoneReceipts(int room) {
    pages = new ReceiptPage[room];
    from = new int[room];
    to = new int[room];
  }

  /** Makes room for one more. */
  void reserve() {
    if (runs < to.length) return;
    int length = 2 * runs;
    if (pages.length < length) pages = Arrays.copyOf(pages, length);
    if (from.length < length) from = Arrays.copyOf(from, length);
    to = Arrays.copyOf(to, length);   // last: the others have as much room then
  }

  void add(Receipt receipt) {
    int last = runs - 1;
    if (last >= 0 && pages[last] == receipt.page && to[last] == receipt.index) {
      to[last]++;
      return;
    }
    reserve();
    pages[runs] = receipt.page;
    from[runs] = receipt.index;
    to[runs++] = receipt.index + 1;
  }
}
