package stage.runtime.pipeline;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import stage.api.pipeline.Weight;
import stage.runtime.pipeline.receipt.Claim;

/**
 * Makes lists: of a number of elements, of a weight, or of what is there when the time is over. A list that is being
 * made is a chain of immutable nodes, so that an element, and a turn, can be taken back by forgetting nodes.
 */
final class BatchLink extends WaitingLink<BatchLink.Open> {
  /**
   * A list that is being made: its newest element, and those before.
   *
   * @param before those before; null for none
   * @param element the newest
   * @param size how many
   * @param weight how much they weigh
   * @param t the earliest time
   * @param w the lowest watermark
   * @param claim what they answer for; null for nothing
   * @param since when the first came, by the engine's clock
   */
  record Open(Open before, Object element, int size, long weight, long t, long w, Claim claim,
      long since) {
    static final Open EMPTY = new Open(null, null, 0, 0, Long.MAX_VALUE, Long.MAX_VALUE, null, 0);

    Open plus(Object value, long heavy, long time, long watermark, Claim its, long now) {
      return new Open(this, value, size + 1, weight + heavy, Math.min(t, time), Math.min(w, watermark),
          Claim.join(claim, its), size == 0
          ? now : since);
    }

    List<Object> elements() {
      List<Object> all = new ArrayList<>(Collections.nCopies(size, null));
      int i = size;
      for (Open each = this; each.size > 0; each = each.before) all.set(--i, each.element);
      return Collections.unmodifiableList(all);
    }
  }

  private final long most;
  private final Weight<Object> weight;   // null if each weighs 1
  private final long withinNanos;        // Long.MAX_VALUE for any time
  private final ReadyResults ready = new ReadyResults();

  BatchLink(long most, Weight<Object> weight, long withinNanos) {
    super(Open.EMPTY);
    this.most = most;
    this.weight = weight;
    this.withinNanos = withinNanos;
  }

  @Override
  ReadyResults ready() {
    return ready;
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    long heavy = 1;
    if (weight != null) {
      try {
        heavy = weight.of(value);
        if (heavy < 0) throw new IllegalArgumentException("a weight must not be negative, but was " + heavy);
      } catch (Exception thrown) {
        throw chain.failed(step, this, value, t, w, thrown);
      }
    }
    chain.absorbed();
    Open open = held.value();
    if (open.size > 0 && heavy > most - open.weight) {
      made(open);
      open = Open.EMPTY;
    }
    chain.journal().add(chain.claim(), 1, place);
    open = open.plus(value, heavy, t, w, chain.claim(), now);
    held.set(open);
    if (open.weight < most) return;
    held.set(Open.EMPTY);
    made(open);
  }

  private void made(Open list) {
    ready.add(list.elements(), list.t, list.w, list.claim);
  }

  @Override
  boolean flush() throws Exception {
    Open open = held.value();
    if (open.size == 0) return true;
    chain.attempt(this, open.elements(), open.t, open.w, open.claim, true);
    held.set(Open.EMPTY);
    return true;
  }

  @Override
  long nextTimer() {
    Open open = held.value();
    return open.size == 0 || withinNanos == Long.MAX_VALUE ? Long.MAX_VALUE : open.since + withinNanos;
  }

  @Override
  long vouchesFor(long c) {
    Open open = held.value();
    return open.size == 0 ? c : Math.min(c, open.w);
  }

  // ---- state

  @Override
  void mark() {
    super.mark();
    ready.mark();
  }

  @Override
  void undo() {
    super.undo();
    ready.undo();
  }

  @Override
  void commit() {
    super.commit();
    ready.commit();
  }

  @Override
  void rollback() {
    super.rollback();
    ready.rollback();
  }

  @Override
  void adopt(Link committed) {
    super.adopt(committed);
    ready.adopt(((BatchLink) committed).ready);
  }
}
