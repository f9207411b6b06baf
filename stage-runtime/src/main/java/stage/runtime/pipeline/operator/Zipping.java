package stage.runtime.pipeline.operator;

import stage.api.pipeline.Fn2;

/**
 * The first of the left input with the first of the right one, the second with the second. Only one side can have
 * elements that wait, and that is closed meanwhile. Done as soon as one side has ended and has none left; what waits on
 * the other is counted as dropped at the end.
 */
final class Zipping implements SeveralInputs<Object> {
  private record Element(Object value, long t, long w) {}

  private final Fn2<Object, Object, Object> fn;
  private final KeptQueue<Element> left;
  private final KeptQueue<Element> right;
  private final KeptLong ended;   // bit 0: left, bit 1: right

  Zipping(Fn2<Object, Object, Object> fn) {
    this(fn, new KeptQueue<>(), new KeptQueue<>(), new KeptLong(0));
  }

  private Zipping(Fn2<Object, Object, Object> fn, KeptQueue<Element> left, KeptQueue<Element> right, KeptLong ended) {
    this.fn = fn;
    this.left = left;
    this.right = right;
    this.ended = ended;
  }

  private KeptQueue<Element> queue(int number) {
    return number == 0 ? left : right;
  }

  @Override
  public Input<Object, Object> input(int number) {
    return (key, value, t, w, out) -> {
      KeptQueue<Element> own = queue(number);
      KeptQueue<Element> other = queue(1 - number);
      if (other.size() == 0) {
        if (isDone()) out.dropped(value);   // of a batch that was on its way when the other side ended
        else keep(own, new Element(value, t, w), out);
        return true;
      }
      Element partner = other.poll();
      Object l = number == 0 ? value : partner.value();
      Object r = number == 0 ? partner.value() : value;
      Object made = Results.orNull(out, l, partner.value(),
          () -> Reduction.made("function of a zip", fn.apply(l, r)));
      if (made == null) return true;   // the pair is lost, and the next elements are partners as before
      out.emit(made, null, Math.max(t, partner.t()), Math.min(w, partner.w()));
      out.released(partner.value());
      return true;
    };
  }

  private static void keep(KeptQueue<Element> own, Element element, Output<?> out) {
    own.add(element);
    out.kept(element.value());
  }

  @Override
  public boolean isOpen(int number) {
    return !isDone() && queue(number).size() == 0;
  }

  @Override
  public boolean inputEnded(int number, Output<? super Object> out) {
    ended.set(ended.get() | 1L << number);
    return true;
  }

  @Override
  public boolean isDone() {
    return (ended.get() & 1) != 0 && left.size() == 0 || (ended.get() & 2) != 0 && right.size() == 0;
  }

  @Override
  public boolean end(boolean isDrained, Output<? super Object> out) {
    for (Element rest = left.poll(); rest != null; rest = left.poll()) out.dropped(rest.value());
    for (Element rest = right.poll(); rest != null; rest = right.poll()) out.dropped(rest.value());
    return true;
  }

  @Override
  public long vouchesFor(long c) {
    long[] held = {c};   // a pair has the smaller watermark of the two
    left.forEach(element -> held[0] = Math.min(held[0], element.w()));
    right.forEach(element -> held[0] = Math.min(held[0], element.w()));
    return held[0];
  }

  @Override
  public boolean makesResultsOfSeveral() {
    return true;
  }

  @Override
  public void mark() {
    left.mark();
    right.mark();
  }

  @Override
  public void undo() {
    left.undo();
    right.undo();
  }

  @Override
  public void commit() {
    left.commit();
    right.commit();
    ended.commit();
  }

  @Override
  public void rollback() {
    left.rollback();
    right.rollback();
    ended.rollback();
  }

  @Override
  public Zipping successor() {
    return new Zipping(fn, left.successor(), right.successor(), ended.successor());
  }
}
