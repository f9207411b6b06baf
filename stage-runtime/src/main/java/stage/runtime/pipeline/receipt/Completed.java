package stage.runtime.pipeline.receipt;

/** Deliveries of which nothing is left, on their way to their sources' books: one push for each run of them. */
public final class Completed {
  private Receipt newest;
  private Receipt oldest;

  /** Makes an empty one. */
  public Completed() {}

  void add(Receipt receipt) {
    if (newest != null && newest.part.book != receipt.part.book) send();
    receipt.nextDone = newest;
    if (newest == null) oldest = receipt;
    newest = receipt;
  }

  /** Tells the books. */
  public void send() {
    if (newest == null) return;
    Receipt first = newest;
    Receipt last = oldest;
    newest = null;
    oldest = null;
    first.part.book.done(first, last);
  }
}
