package stage.api;

import java.util.concurrent.atomic.AtomicBoolean;

/** Emits elements that can be read only once: each incarnation goes on where the one before it was. */
final class ElementsOnce<O> implements Stage.Generator<O> {
  /**
   * What incarnations leave to each other: they live one after the other, so only one uses it at a time. But the thread
   * of a killed one may have been abandoned while it reads: as long as it has not come back, nobody else may read.
   */
  static final class Left<O> {
    private final ElementReader<O> elements;
    // By the thread that reads. Opaque when it begins, as there is nothing to see yet; released when it is over, which
    // pairs with the acquire in read: a later incarnation sees what was read.
    private final AtomicBoolean isReading = new AtomicBoolean();
    private O inHand;   // was read, but not accepted; null if there is none
    private String endedIn;   // the stage that has read them to their end; null if none has

    Left(ElementReader<O> elements) {
      this.elements = elements;
    }

    /** {@return the next element: one that was read and not accepted, or else a new one; null if there are no more} */
    private O read(String path) throws Exception {
      if (isReading.getAcquire()) {
        throw new IllegalStateException("an earlier incarnation of stage " + path + " was killed while it read the next"
            + " element and has not come back, so its elements cannot be read; have them heed interrupts");
      }
      if (inHand != null) return inHand;
      isReading.setOpaque(true);
      try {
        inHand = elements.next();
      } finally {
        isReading.setRelease(false);
      }
      return inHand;
    }
  }

  private final Left<O> left;
  private String path;

  ElementsOnce(Left<O> left) {
    this.left = left;
  }

  /** To a stage started later, elements that are gone would look like none. */
  @Override
  public void onStart(StageContext context) {
    path = context.path();
    if (left.endedIn == null || context.incarnation() > 1) return;
    throw new IllegalStateException("the elements of stage " + path + " can be read only once, and stage "
        + left.endedIn + " has read them; make a new spec of new ones for each start");
  }

  @Override
  public void generate(Outlet<O> out) throws Exception {
    while (true) {
      O next = left.read(path);
      if (next == null) {
        left.endedIn = path;
        return;
      }
      out.emit(next);
      left.inHand = null;
    }
  }

  @Override
  public void onStop(StopReason reason) throws Exception {
    if (left.inHand == null || !(reason instanceof StopReason.Stopped)) return;
    O back = left.inHand;
    left.inHand = null;
    left.elements.putBack(back);
  }
}
