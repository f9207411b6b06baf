package stage.runtime.pipeline.receipt;

import java.util.List;
import stage.api.pipeline.Delivery;

/**
 * The deliveries of one partition of a source that are not done, the oldest first; or all of a source without
 * partitions. Used only by the thread of the keeper.
 *
 * @param <P> the partitions
 */
final class PartitionEntry<P> {
  final Book book;
  final P key;               // null if there are no partitions
  // pages with receipts that are not done, and the newest one in any case
  private ReceiptPage oldest;
  private ReceiptPage newest;
  int open;
  long next = Long.MIN_VALUE;        // behind the last that was handed in
  long answered = Long.MIN_VALUE;    // the position that the source knows of
  boolean isRevoked;         // it is someone else's now: what is settled later is refused

  PartitionEntry(Book book, P key) {
    this.book = book;
    this.key = key;
  }

  Receipt begin(Object delivery, Object payload, long position) {
    Receipt receipt = pageWithRoom().begin(delivery, payload, position);
    open++;
    return receipt;
  }

  /** Begins a queue's deliveries. */
  void beginAll(List<? extends Delivery<?>> all, PendingReceipts into) {
    for (int begun = 0; begun < all.size(); ) {
      ReceiptPage page = pageWithRoom();
      int before = into.size();
      try {
        begun += page.beginAll(all, begun, into);
      } finally {
        open += into.size() - before;
      }
    }
  }

  private ReceiptPage pageWithRoom() {
    if (newest != null && !newest.isFull()) return newest;
    var page = new ReceiptPage(this);
    page.older = newest;
    if (newest == null) oldest = page;
    else newest.newer = page;
    ReceiptPage before = newest;
    newest = page;
    if (before != null && before.isOver()) remove(before);
    return page;
  }

  void remove(Receipt receipt) {
    remove(receipt.page, receipt.index, receipt.index + 1);
  }

  /** Receipts in a row are done, and answered for. */
  void remove(ReceiptPage page, int from, int to) {
    page.remove(from, to);
    open -= to - from;
    if (page.isOver() && page != newest) remove(page);
  }

  private void remove(ReceiptPage page) {
    if (page.older == null) oldest = page.newer;
    else page.older.newer = page.newer;
    page.newer.older = page.older;   // there is one: this is not the newest
    page.older = null;   // or it would keep those alive that come later, once the collector takes it for old
    page.newer = null;
  }

  /** {@return the oldest that is not done; null if all are} */
  Receipt oldest() {
    return oldestOf(oldest);
  }

  /** {@return the oldest behind one that is not done; null if there is none} */
  Receipt oldestBehind(Receipt receipt) {
    Receipt onItsPage = receipt.page.oldestBehind(receipt);
    return onItsPage != null ? onItsPage : oldestOf(receipt.page.newer);
  }

  private static Receipt oldestOf(ReceiptPage first) {
    for (ReceiptPage page = first; page != null; page = page.newer) {
      Receipt receipt = page.oldest();
      if (receipt != null) return receipt;
    }
    return null;
  }

  /** {@return the position up to which all is done: of the oldest that is not, or behind the last} */
  long position() {
    Receipt oldest = oldest();
    return oldest == null ? next : oldest.position();
  }
}
