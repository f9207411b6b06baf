package stage.runtime.pipeline.operator;

/** Elements with their stamps, first in, first out; undone with an element and a turn. */
public final class KeptElements implements Kept<KeptElements> {
  /**
   * An element.
   *
   * @param value the element
   * @param t its time
   * @param w its source's watermark before it
   */
  public record Element(Object value, long t, long w) {}

  private final KeptQueue<Element> queue;

  /** Keeps none. */
  public KeptElements() {
    this(new KeptQueue<>());
  }

  private KeptElements(KeptQueue<Element> queue) {
    this.queue = queue;
  }

  /** {@return how many there are} */
  public int size() {
    return queue.size();
  }

  /**
   * Adds one.
   *
   * @param value the element
   * @param t its time
   * @param w its source's watermark before it
   */
  public void add(Object value, long t, long w) {
    queue.add(new Element(value, t, w));
  }

  /** {@return the oldest, which stays; null if there is none} */
  public Element peek() {
    return queue.peek();
  }

  /** {@return the oldest, which is taken out; null if there is none} */
  public Element poll() {
    return queue.poll();
  }

  /** {@return the least watermark of those that are kept; {@link Times#FOREVER} if there are none} */
  public long leastWatermark() {
    long[] least = {Times.FOREVER};
    queue.forEach(element -> least[0] = Math.min(least[0], element.w()));
    return least[0];
  }

  @Override
  public void mark() {
    queue.mark();
  }

  @Override
  public void undo() {
    queue.undo();
  }

  @Override
  public void commit() {
    queue.commit();
  }

  @Override
  public void rollback() {
    queue.rollback();
  }

  @Override
  public KeptElements successor() {
    return new KeptElements(queue.successor());
  }
}
