package stage.runtime.pipeline.receipt;

/** Deliveries of which nothing is left, on their way to their sources' books: one push for each run of them. */
public final class Completed {
  private static final int SMALLEST = 8;
  private static final int LARGEST_USUAL = 1024;

  private Book book;            // of those that are here
  private DoneReceipts done;    // null if there is no room for any
  private int usual = SMALLEST;   // as many runs as were sent last, within reason

  /** Makes an empty one. */
  public Completed() {}

  /** Makes sure that one more takes no memory. */
  void reserve() {
    if (done == null) done = new DoneReceipts(usual);
    else done.reserve();
  }

  void add(Receipt receipt) {
    Book its = receipt.part().book;
    if (its != book) {
      send();
      book = its;
    }
    if (done == null) done = new DoneReceipts(usual);
    done.add(receipt);
  }

  /** Tells the books. */
  public void send() {
    if (done == null || done.runs == 0) return;
    DoneReceipts sent = done;
    done = null;
    usual = Math.clamp(sent.runs, SMALLEST, LARGEST_USUAL);
    book.done(sent);
  }
}
