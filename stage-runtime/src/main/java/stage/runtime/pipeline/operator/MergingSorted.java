package stage.runtime.pipeline.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Merges inputs that are sorted: the smallest is emitted once each input that has not ended has shown its next; of
 * equal ones that of the input with the lowest number. An input with an element that waits is closed. A silent input
 * holds up all others.
 */
final class MergingSorted implements SeveralInputs<Object> {
  private record Element(Object value, Object key, long t, long w) {}

  private final Comparator<Object> order;
  private final List<KeptQueue<Element>> waiting;
  private final KeptValue<boolean[]> hasEnded;

  MergingSorted(int inputs, Comparator<Object> order) {
    this(order, new ArrayList<>(), new KeptValue<>(new boolean[inputs]));
    for (int i = 0; i < inputs; i++) waiting.add(new KeptQueue<>());
  }

  private MergingSorted(Comparator<Object> order, List<KeptQueue<Element>> waiting, KeptValue<boolean[]> hasEnded) {
    this.order = order;
    this.waiting = waiting;
    this.hasEnded = hasEnded;
  }

  @Override
  public Input<Object, Object> input(int number) {
    return (key, value, t, w, out) -> {
      waiting.get(number).add(new Element(value, key, t, w));
      out.kept(value);
      return resume(out);
    };
  }

  @Override
  public boolean isOpen(int number) {
    return waiting.get(number).size() == 0;
  }

  @Override
  public boolean inputEnded(int number, Output<? super Object> out) throws Exception {
    boolean[] now = hasEnded.value().clone();
    now[number] = true;
    hasEnded.set(now);
    return resume(out);
  }

  @Override
  public boolean end(boolean isDrained, Output<? super Object> out) throws Exception {
    boolean[] all = new boolean[waiting.size()];
    Arrays.fill(all, true);
    hasEnded.set(all);
    return resume(out);
  }

  @Override
  public boolean resume(Output<? super Object> out) throws Exception {
    for (int next = next(); next >= 0; next = next()) {
      if (!out.hasRoom()) return false;
      Element element = waiting.get(next).poll();
      out.emit(element.value(), element.key(), element.t(), element.w());
      out.released(element.value());
    }
    return true;
  }

  /** {@return the input with the smallest element; -1 if there is none, or one has still to show its own} */
  private int next() {
    int smallest = -1;
    for (int i = 0; i < waiting.size(); i++) {
      Element head = waiting.get(i).peek();
      if (head == null) {
        if (!hasEnded.value()[i]) return -1;
      } else if (smallest < 0 || order.compare(head.value(), waiting.get(smallest).peek().value()) < 0) {
        smallest = i;
      }
    }
    return smallest;
  }

  @Override
  public long vouchesFor(long c) {
    long[] held = {c};
    for (KeptQueue<Element> queue : waiting) queue.forEach(element -> held[0] = Math.min(held[0], element.w()));
    return held[0];
  }

  @Override
  public boolean makesResultsOfSeveral() {
    return true;
  }

  @Override
  public void mark() {
    for (KeptQueue<Element> queue : waiting) queue.mark();
    hasEnded.mark();
  }

  @Override
  public void undo() {
    for (KeptQueue<Element> queue : waiting) queue.undo();
    hasEnded.undo();
  }

  @Override
  public void commit() {
    for (KeptQueue<Element> queue : waiting) queue.commit();
    hasEnded.commit();
  }

  @Override
  public void rollback() {
    for (KeptQueue<Element> queue : waiting) queue.rollback();
    hasEnded.rollback();
  }

  @Override
  public MergingSorted successor() {
    List<KeptQueue<Element>> queues = new ArrayList<>();
    for (KeptQueue<Element> queue : waiting) queues.add(queue.successor());
    return new MergingSorted(order, queues, hasEnded.successor());
  }
}
