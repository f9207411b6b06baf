package stage.api;

/** Emits elements that can be read only once: each incarnation goes on where the one before it was. */
final class ElementsOnce<O> implements Stage.Generator<O> {
  /** What incarnations leave to each other: they live one after the other, so only one uses it at a time. */
  static final class Left<O> {
    private final ElementReader<O> elements;
    private O inHand;   // was read, but not accepted; null if there is none
    private String endedIn;   // the stage that has read them to their end; null if none has

    Left(ElementReader<O> elements) {
      this.elements = elements;
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
      if (left.inHand == null) left.inHand = left.elements.next();
      if (left.inHand == null) {
        left.endedIn = path;
        return;
      }
      out.emit(left.inHand);
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
