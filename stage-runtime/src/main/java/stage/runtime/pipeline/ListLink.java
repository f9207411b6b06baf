package stage.runtime.pipeline;

import java.util.Arrays;
import java.util.List;

/**
 * The end of a pipeline: makes a list of its elements. What lies behind the committed size is nobody's, so that to
 * take it back is to forget it.
 */
final class ListLink extends Link {
  private Object[] elements = new Object[16];
  private int size;
  private int marked;
  private Object[] committed = elements;
  private int committedSize;

  @Override
  void push(Object value, long t, long w) {
    if (size == elements.length) elements = Arrays.copyOf(elements, 2 * size);
    elements[size++] = value;
    chain.sunk();
  }

  @Override
  boolean isStateful() {
    return true;
  }

  @Override
  void mark() {
    marked = size;
  }

  @Override
  void undo() {
    size = marked;
  }

  @Override
  void commit() {
    committed = elements;
    committedSize = size;
  }

  @Override
  void rollback() {
    elements = committed;
    size = committedSize;
    marked = size;
  }

  @Override
  void adopt(Link other) {
    var old = (ListLink) other;
    // the other thread may go on behind that
    committed = Arrays.copyOf(old.committed, Math.max(16, old.committedSize));
    committedSize = old.committedSize;
    rollback();
  }

  @Override
  boolean end(boolean isCut) {
    chain.result(List.of(Arrays.copyOf(elements, size)));
    return true;
  }
}
