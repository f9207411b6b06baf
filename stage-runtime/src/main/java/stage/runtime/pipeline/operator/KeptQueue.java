package stage.runtime.pipeline.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** First in, first out; undone with an element and a turn. The ring is written in {@link #commit} only. */
final class KeptQueue<E> {
  // committed
  private Object[] ring;
  private long head;
  private long tail;

  // this incarnation's
  private final List<E> added = new ArrayList<>();
  private long newHead;
  private long headAtMark;
  private int addedAtMark;

  KeptQueue() {
    ring = new Object[16];
  }

  private KeptQueue(KeptQueue<E> replaced) {
    ring = replaced.ring;
    head = replaced.head;
    tail = replaced.tail;
    newHead = head;
    headAtMark = head;
  }

  KeptQueue<E> successor() {
    return new KeptQueue<>(this);
  }

  int size() {
    return (int) (tail + added.size() - newHead);
  }

  void add(E element) {
    added.add(element);
  }

  /** {@return the oldest, which stays} Null if there is none. */
  @SuppressWarnings("unchecked")   // only add() puts something in
  E peek() {
    if (newHead < tail) return (E) ring[(int) newHead & ring.length - 1];
    int at = (int) (newHead - tail);
    return at < added.size() ? added.get(at) : null;
  }

  /** {@return the oldest, which is taken out} Null if there is none. */
  E poll() {
    E oldest = peek();
    if (oldest == null) return null;
    newHead++;
    if (size() == 0) forgetAdded();
    return oldest;
  }

  /** Nothing brings back what was added since the mark and taken out; one element may add very many. */
  private void forgetAdded() {
    while (added.size() > addedAtMark) {
      added.removeLast();
      newHead--;
    }
  }

  /**
   * Takes out what is over, once that is most of it. One that lasts long would otherwise hold back all that are over
   * behind it, and the queue would grow with every element.
   *
   * @param lasting how many are not over
   * @param isOver whether one is
   */
  void sweep(long lasting, Predicate<? super E> isOver) {
    if (size() <= 2 * lasting + 64) return;
    for (int n = size(); n > 0; n--) {
      E oldest = poll();
      if (!isOver.test(oldest)) add(oldest);
    }
  }

  /** Shows all, the oldest first. */
  @SuppressWarnings("unchecked")   // only add() puts something in
  void forEach(Consumer<? super E> action) {
    for (long at = newHead; at < tail; at++) action.accept((E) ring[(int) at & ring.length - 1]);
    for (int at = (int) Math.max(0, newHead - tail); at < added.size(); at++) action.accept(added.get(at));
  }

  void mark() {
    headAtMark = newHead;
    addedAtMark = added.size();
  }

  void undo() {
    newHead = headAtMark;
    while (added.size() > addedAtMark) added.removeLast();
  }

  void commit() {
    long newTail = tail + added.size();
    if (newTail - newHead > ring.length) grow(newTail - newHead);
    for (long at = head; at < Math.min(newHead, tail); at++) ring[(int) at & ring.length - 1] = null;
    for (long at = Math.max(newHead, tail); at < newTail; at++) ring[(int) at & ring.length - 1] =
        added.get((int) (at - tail));
    head = newHead;
    tail = newTail;
    added.clear();
    mark();
  }

  /** A replaced thread keeps the old ring. */
  private void grow(long needed) {
    int length = ring.length;
    while (length < needed) length *= 2;
    Object[] longer = new Object[length];
    for (long at = newHead; at < tail; at++) longer[(int) at & length - 1] = ring[(int) at & ring.length - 1];
    ring = longer;
    head = Math.min(newHead, tail);
  }

  void rollback() {
    newHead = head;
    added.clear();
    mark();
  }
}
