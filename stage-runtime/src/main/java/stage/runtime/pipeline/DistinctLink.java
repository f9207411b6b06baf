package stage.runtime.pipeline;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import stage.api.pipeline.Fn;

/**
 * Leaves out what was there lately. Each new key gets a number; those with the newest numbers are remembered. What a
 * turn has added is kept apart until it commits, so that a thread that was replaced cannot reach the rest.
 */
final class DistinctLink extends Link {
  private final Fn<Object, Object> key;
  private final int remembered;
  private LinkedHashMap<Object, Long> committed = new LinkedHashMap<>();   // by number; written by commit only
  private long committedNext;
  private final Map<Object, Long> added = new LinkedHashMap<>();           // by this turn
  private final List<Object> addedByElement = new ArrayList<>();
  private long next;

  DistinctLink(Fn<Object, Object> key, int remembered) {
    this.key = key;
    this.remembered = remembered;
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    boolean isNew;
    try {
      Object its = Objects.requireNonNull(key.apply(value), "a key is never null");
      Long number = added.containsKey(its) ? added.get(its) : committed.get(its);
      isNew = number == null || number < next - remembered;
      if (isNew) {
        added.put(its, next++);
        addedByElement.add(its);
      }
    } catch (Exception thrown) {
      throw chain.failed(step, this, value, t, w, thrown);
    }
    if (isNew) super.next.push(value, t, w);
  }

  @Override
  boolean isStateful() {
    return true;
  }

  @Override
  void mark() {
    addedByElement.clear();
  }

  @Override
  void undo() {
    // A key that this turn had added before, and that had been forgotten since, is forgotten still: its old number
    // would be too low in any case.
    for (Object its : addedByElement) added.remove(its);
    next -= addedByElement.size();
    addedByElement.clear();
  }

  @Override
  void commit() {
    addedByElement.clear();
    committedNext = next;
    if (added.isEmpty()) return;
    added.forEach((its, number) -> {
      committed.remove(its);   // it goes to the end
      committed.put(its, number);
    });
    added.clear();
    for (Iterator<Long> oldest = committed.values().iterator(); oldest.hasNext()
        && oldest.next() < next - remembered;) oldest.remove();
  }

  @Override
  void rollback() {
    added.clear();
    addedByElement.clear();
    next = committedNext;
  }

  @Override
  void adopt(Link other) {
    committed = ((DistinctLink) other).committed;
    committedNext = ((DistinctLink) other).committedNext;
    rollback();
  }
}
