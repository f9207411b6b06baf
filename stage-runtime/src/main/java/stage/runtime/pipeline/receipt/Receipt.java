package stage.runtime.pipeline.receipt;

/**
 * The receipt of one delivery, and the element that the source emits: how many elements that come of it are not
 * settled, and why the first of them failed. The thread that settles the last one hands it to its source's book, once.
 * It does not change itself; its page does.
 */
public final class Receipt extends Carried implements Claim {
  private static final int CLOSED = Integer.MIN_VALUE / 2;

  /** What a close found. */
  enum Closing {
    /** Something that comes of it was not settled, and now never will be. */
    OPEN,
    /** Everything was settled. */
    DONE
  }

  final ReceiptPage page;
  final int index;           // on the page

  Receipt(ReceiptPage page, int index, Object payload) {
    super(payload);
    this.page = page;
    this.index = index;
  }

  /** {@return what the source is answered with} The keeper of the book, until it is done. */
  Object delivery() {
    return page.delivery(index);
  }

  /** {@return its position in its partition} */
  long position() {
    return page.position(index);
  }

  @Override
  public Claim claim() {
    return this;
  }

  PartitionEntry<?> part() {
    return page.part;
  }

  @Override
  public void add(int elements) {
    page.add(index, elements);
  }

  @Override
  public void settle(int elements, Throwable failure, Completed into) {
    if (failure != null) page.failed(index, failure);
    if (elements == 1 && page.subtractLast(index)) {
      into.add(this);
      return;
    }
    int before = page.subtract(index, elements);
    if (before == elements) into.add(this);
    if (before >= 0 && before < elements) {
      throw new IllegalStateException("the delivery of " + value() + " was settled once too often: " + elements
          + " of " + before + " elements that come of it");
    }
  }

  @Override
  public boolean isAbsorbable() {
    return part().book.settling().onAbsorb();
  }

  /** Nothing that comes later counts. */
  Closing close() {
    return page.set(index, CLOSED) > 0 ? Closing.OPEN : Closing.DONE;
  }

  /** {@return why it failed; null if it did not, or is not done} */
  Throwable cause() {
    return page.cause(index);
  }
}
