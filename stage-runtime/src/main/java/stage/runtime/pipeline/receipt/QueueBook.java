package stage.runtime.pipeline.receipt;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import stage.api.Outlet;
import stage.api.StageEndedException;
import stage.api.pipeline.Delivery;
import stage.api.pipeline.DeliverySource;
import stage.api.pipeline.Settling;
import stage.runtime.bridge.BridgeContext;
import stage.runtime.time.Time;

/**
 * The book of a source that answers for each of its deliveries.
 *
 * @param <T> the payloads
 */
public final class QueueBook<T> extends Book {
  private static final int MOST_USUAL = 1024;

  private final DeliverySource<T> source;
  private final PartitionEntry<Void> all = new PartitionEntry<>(this, null);
  private final int batch;
  private final long withinNanos;
  private final ArrayDeque<Group> full = new ArrayDeque<>();
  private Group group = new Group(0);   // that is being made
  private int usual;                   // as many as a call of receive has handed in last, within reason

  /**
   * Makes an empty one.
   *
   * @param name of the source's stage
   * @param source the user's
   * @param settling how it wants to be answered
   * @param time the engine's
   */
  public QueueBook(String name, DeliverySource<T> source, Settling settling, Time time) {
    super(name, settling, time);
    this.source = source;
    this.batch = settling.batch();
    this.withinNanos = Time.toNanos(settling.within());
  }

  private final class Group extends Answer {
    final List<Delivery<T>> acks;
    final List<DeliverySource.Nacked<T>> nacks = new ArrayList<>();
    long sinceNanos;

    Group(int room) {
      acks = new ArrayList<>(room);
    }

    int size() {
      return acks.size() + nacks.size();
    }

    @Override
    void give() throws Exception {
      source.settle(Collections.unmodifiableList(acks), Collections.unmodifiableList(nacks));   // complete by now
    }

    @Override
    void given() {
      acked += acks.size();
      nacked += nacks.size();
      closed(size());
    }

    @Override
    int deliveries() {
      return size();
    }

    @Override
    String what() {
      return "settle of " + name();
    }
  }

  /** What one call of receive hands in. On its thread. */
  private static final class Arriving<T> implements Outlet<Delivery<T>> {
    final List<Delivery<T>> all;
    final long wanted;
    boolean isComplete;
    boolean isOver;

    Arriving(long wanted, int room) {
      this.all = new ArrayList<>(room);
      this.wanted = wanted;
    }

    @Override
    public void emit(Delivery<T> delivery) {
      if (delivery == null) throw new NullPointerException("delivery must not be null (Reactive Streams rule 2.13)");
      if (isOver) throw new IllegalStateException("deliveries are emitted within receive, and this call has returned");
      if (isComplete) {
        throw new IllegalStateException("the source has completed; nothing can be emitted after complete()");
      }
      all.add(delivery);
    }

    @Override
    public long demand() {
      return Math.max(0, wanted - all.size());
    }

    @Override
    public void complete() {
      isComplete = true;
    }
  }

  @Override
  void start(BridgeContext context) throws Exception {
    source.onStart(context);
  }

  @Override
  void receive(long wanted, BridgeContext context) throws Exception {
    var arriving = new Arriving<T>(wanted, usual);
    try {
      source.receive(wanted, arriving);
    } finally {
      arriving.isOver = true;
      context.inEngine(() -> arrived(arriving));   // what was handed in before it threw is there all the same
    }
  }

  private void arrived(Arriving<T> arriving) {
    int before = pending.size();
    try {
      all.beginAll(arriving.all, pending);
    } finally {
      opened(pending.size() - before);
    }
    usual = Math.min(arriving.all.size(), MOST_USUAL);
    if (arriving.isComplete) exhausted();
  }

  @Override
  void collected(ReceiptPage page, int from, int to, long nowNanos) {
    if (page.hasFailures()) {
      for (int i = from; i < to; i++) settled(page.delivery(i), page.cause(i), nowNanos);
    } else {
      acked(page, from, to, nowNanos);
    }
    all.remove(page, from, to);
  }

  @SuppressWarnings("unchecked")   // its own
  private void acked(ReceiptPage page, int from, int to, long nowNanos) {
    for (int at = from; at < to; ) {
      begin(nowNanos);
      int behind = Math.min(to, at + batch - group.size());
      group.acks.addAll((List<Delivery<T>>) (List<?>) page.deliveries(at, behind));
      at = behind;
      sendIfFull();
    }
  }

  @Override
  void abandoned(Receipt receipt, String path) {
    receipt.close();
    settled(receipt.delivery(), new StageEndedException(path, null), time.nanos());
    all.remove(receipt);
  }

  @SuppressWarnings("unchecked")   // its own
  private void settled(Object delivery, Throwable cause, long nowNanos) {
    begin(nowNanos);
    if (cause == null) group.acks.add((Delivery<T>) delivery);
    else group.nacks.add(new DeliverySource.Nacked<>((Delivery<T>) delivery, cause));
    sendIfFull();
  }

  private void begin(long nowNanos) {
    if (group.size() == 0) group.sinceNanos = nowNanos;
  }

  private void sendIfFull() {
    if (group.size() >= batch) full.add(taken());
  }

  @Override
  Answer next(long nowNanos) {
    if (!full.isEmpty()) return full.poll();
    return dueIn(nowNanos) == 0 ? taken() : null;
  }

  private Group taken() {
    Group due = group;
    group = new Group(Math.min(due.acks.size(), MOST_USUAL));
    return due;
  }

  @Override
  long dueIn(long nowNanos) {
    if (!full.isEmpty()) return 0;
    if (group.size() == 0) return Long.MAX_VALUE;
    return isSourceOver() && all.open == 0 ? 0 : Math.max(0, group.sinceNanos + withinNanos - nowNanos);
  }

  @Override
  Answer last(String path) {
    for (Receipt each = all.oldest(); each != null; each = all.oldest()) {
      Throwable cause = each.close() == Receipt.Closing.OPEN ? new StageEndedException(path, null) : each.cause();
      settled(each.delivery(), cause, 0);
      all.remove(each);
    }
    if (!full.isEmpty()) return full.poll();
    return group.size() == 0 ? null : taken();
  }

  @Override
  boolean wantsToBeCalled() {
    return false;
  }

  @Override
  void stop() throws Exception {
    source.onStop();
  }
}
