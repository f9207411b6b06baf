package stage.runtime.pipeline.receipt;

/**
 * The deliveries of one partition of a source that are not done, the oldest first; or all of a source without
 * partitions. Used only by the thread of the keeper.
 *
 * @param <P> the partitions
 */
final class PartitionEntry<P> {
  final Book book;
  final P key;               // null if there are no partitions
  Receipt oldest;
  Receipt newest;
  int open;
  long next = Long.MIN_VALUE;        // behind the last that was handed in
  long answered = Long.MIN_VALUE;    // the position that the source knows of
  boolean isRevoked;         // it is somebody else's now: what is settled later is refused

  PartitionEntry(Book book, P key) {
    this.book = book;
    this.key = key;
  }

  Receipt begin(Object delivery, long position) {
    var receipt = new Receipt(this, delivery, position);
    receipt.older = newest;
    if (newest == null) oldest = receipt;
    else newest.newer = receipt;
    newest = receipt;
    open++;
    return receipt;
  }

  void remove(Receipt receipt) {
    Receipt older = receipt.older;
    Receipt newer = receipt.newer;
    if (older == null) oldest = newer;
    else older.newer = newer;
    if (newer == null) newest = older;
    else newer.older = older;
    receipt.older = null;
    receipt.newer = null;
    open--;
  }

  /** {@return the position up to which all is done: of the oldest that is not, or behind the last} */
  long position() {
    return oldest == null ? next : oldest.position;
  }
}
