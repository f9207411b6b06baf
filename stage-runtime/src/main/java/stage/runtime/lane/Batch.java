package stage.runtime.lane;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.function.Consumer;

/** An immutable view of a run of events in an array that nobody writes to any more. */
public final class Batch<E> extends AbstractList<E> implements BulkBatch<E>, RandomAccess {
  private final Object[] events;
  private final int from;
  private final int size;

  public Batch(Object[] events, int from, int size) {
    this.events = events;
    this.from = from;
    this.size = size;
  }

  @Override
  @SuppressWarnings("unchecked")
  public E get(int index) {
    return (E) events[from + Objects.checkIndex(index, size)];
  }

  @Override
  public Object[] array() {
    return events;
  }

  @Override
  public int from() {
    return from;
  }

  @Override
  public int to() {
    return from + size;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Iterator<E> iterator() {
    return new Walk<>(events, from, from + size);
  }

  /** As the one of {@link AbstractList}, without its look for changes before each event: there are none. */
  private static final class Walk<E> implements Iterator<E> {
    private final Object[] events;
    private final int to;
    private int next;

    Walk(Object[] events, int from, int to) {
      this.events = events;
      this.next = from;
      this.to = to;
    }

    @Override
    public boolean hasNext() {
      return next < to;
    }

    @Override
    @SuppressWarnings("unchecked")
    public E next() {
      if (next >= to) throw new NoSuchElementException("the batch has no more events");
      return (E) events[next++];
    }
  }

  @Override
  @SuppressWarnings("unchecked")
  public void forEach(Consumer<? super E> action) {
    for (int i = from; i < from + size; i++) action.accept((E) events[i]);
  }

  @Override
  public Object[] toArray() {
    return Arrays.copyOfRange(events, from, from + size, Object[].class);
  }
}
