package stage.runtime.pipeline.receipt;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import stage.api.pipeline.PartitionedSource;
import stage.api.pipeline.Partitions;
import stage.api.pipeline.Settling;
import stage.runtime.bridge.BridgeContext;
import stage.runtime.time.Time;

/**
 * The book of a source that answers with a position for each partition. What fails stays in its partition, and holds
 * the position up, until the source has been told of it.
 *
 * @param <P> the partitions
 * @param <T> the payloads
 */
public final class PartitionBook<P, T> extends Book implements Partitions<P, T> {
  private record Arrived<P, T>(P partition, long position, T payload) {}

  private final PartitionedSource<P, T> source;
  private final Map<P, PartitionEntry<P>> parts = new LinkedHashMap<>();   // that are not revoked
  private final ArrayDeque<Failure> failures = new ArrayDeque<>();   // that the source is not told of yet
  private final int batch;
  private final long withinNanos;
  private boolean isClosed;                  // everything is told
  private List<Arrived<P, T>> arriving;      // what a call of receive has handed in; null outside of one
  private int uncommitted;                   // deliveries that are done since the last commit
  private long sinceNanos;                   // when the first of them was
  private boolean isCommitting;              // a commit was taken out, and is not through

  /**
   * Makes an empty one.
   *
   * @param name of the source's stage
   * @param source the user's
   * @param settling how it wants to be answered
   * @param time the engine's
   */
  public PartitionBook(String name, PartitionedSource<P, T> source, Settling settling, Time time) {
    super(name, settling, time);
    this.source = source;
    this.batch = settling.batch();
    this.withinNanos = Time.toNanos(settling.within());
  }

  private final class Failure extends Answer {
    final Receipt receipt;
    final PartitionEntry<P> part;

    @SuppressWarnings("unchecked")   // its own
    Failure(Receipt receipt) {
      this.receipt = receipt;
      this.part = (PartitionEntry<P>) receipt.part();
    }

    @Override
    @SuppressWarnings("unchecked")   // its own
    void give() throws Exception {
      if (!part.isRevoked) source.onFailed(part.key, receipt.position(), (T) receipt.delivery(), receipt.cause());
    }

    @Override
    void given() {
      if (part.isRevoked) refused++;
      else nacked++;
      passed(receipt);
    }

    @Override
    int deliveries() {
      return 1;
    }

    @Override
    String what() {
      return "onFailed of " + name();
    }
  }

  private final class Commit extends Answer {
    private Map<P, Long> positions = Map.of();

    @Override
    void give() throws Exception {
      positions = positions(parts.values());   // of now, if it is not the first time
      if (!positions.isEmpty()) source.commit(positions);
    }

    @Override
    void given() {
      isCommitting = false;
      answered(positions);
    }

    /** They are closed when they are done: only their positions are not told. */
    @Override
    int deliveries() {
      return 0;
    }

    @Override
    String what() {
      return "commit of " + name();
    }
  }

  // ---- the source's

  @Override
  void start(BridgeContext of) throws Exception {
    of.inEngine(() -> {
      List.copyOf(parts.keySet()).forEach(this::forget);
      notExhausted();   // what is not committed comes again
    });
    source.onStart(this);
  }

  @Override
  void receive(long wanted, BridgeContext of) throws Exception {
    List<Arrived<P, T>> call = new ArrayList<>();
    of.inEngine(() -> arriving = call);
    try {
      source.receive(wanted, this);
    } finally {
      of.inEngine(() -> {
        arriving = null;
        call.forEach(this::arrived);
      });
    }
  }

  private void arrived(Arrived<P, T> each) {
    PartitionEntry<P> part = parts.computeIfAbsent(each.partition, key -> new PartitionEntry<>(this, key));
    part.next = each.position + 1;
    if (part.answered == Long.MIN_VALUE) part.answered = each.position;   // where it begins is no news
    opened(1);
    begin(part, each.payload, each.payload, each.position);
  }

  @Override
  public void emit(P partition, long position, T payload) {
    Objects.requireNonNull(partition, "partition must not be null");
    Objects.requireNonNull(payload, "payload must not be null");
    List<Arrived<P, T>> call = arriving;
    if (call == null || !keeper().isCurrent()) {
      throw new IllegalStateException("deliveries are handed in within receive, on the thread that calls it");
    }
    if (isExhausted()) throw new IllegalStateException("the source has completed; nothing comes after complete()");
    long next = nextOf(partition, call);
    if (position < next) {
      throw new IllegalArgumentException("positions of partition " + partition + " must rise, but " + position
          + " came after " + (next - 1) + "; call lose(…) before it is read again from further back");
    }
    call.add(new Arrived<>(partition, position, payload));
  }

  private long nextOf(P partition, List<Arrived<P, T>> call) {
    for (int i = call.size() - 1; i >= 0; i--) {
      if (call.get(i).partition.equals(partition)) return call.get(i).position + 1;
    }
    PartitionEntry<P> part = parts.get(partition);
    return part == null ? Long.MIN_VALUE : part.next;
  }

  @Override
  public void complete() {
    keeper().inEngine(this::exhausted);
  }

  @Override
  public int revoke(Collection<? extends P> partitions, Duration patience) {
    Objects.requireNonNull(partitions, "partitions must not be null");
    if (Objects.requireNonNull(patience, "patience must not be null").isNegative()) {
      throw new IllegalArgumentException("patience must not be negative, but was " + patience);
    }
    if (isClosed) return 0;
    long until = time.nanos() + Time.toNanos(patience);
    keeper().inEngine(() -> forgetPending(partitions));
    boolean goesOn = true;
    while (goesOn && openOf(partitions) > 0 && until - time.nanos() > 0) {
      tellFailures(partitions);
      goesOn = openOf(partitions) == 0 || awaitNext(until - time.nanos());
      keeper().inEngine(this::collect);
    }
    commitNow(partitions);
    return lose(partitions);
  }

  private void tellFailures(Collection<? extends P> partitions) {
    for (Failure failure : List.copyOf(failures)) {
      if (!partitions.contains(failure.part.key)) continue;
      keeper().inEngine(() -> {
        failures.remove(failure);
        taken(failure);
      });
      try {
        failure.give();
      } catch (Exception thrown) {
        keeper().report(failure.what() + " threw, and is called again", thrown);
        keeper().inEngine(() -> failed(failure, thrown));
        continue;
      }
      keeper().inEngine(() -> given(failure));
    }
  }

  /** {@return whether it was not interrupted} */
  private boolean awaitNext(long nanos) {
    try {
      awaitDone(nanos);
      return true;
    } catch (InterruptedException wantsItsEnd) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void commitNow(Collection<? extends P> partitions) {
    List<PartitionEntry<P>> revoked = partitions.stream().map(parts::get).filter(Objects::nonNull).toList();
    Map<P, Long> positions = positions(revoked);
    if (positions.isEmpty()) return;
    try {
      source.commit(positions);
    } catch (Exception thrown) {
      keeper().report("commit of " + name() + " threw for partitions that were revoked", thrown);
      return;
    }
    keeper().inEngine(() -> answered(positions));
  }

  @Override
  public int lose(Collection<? extends P> partitions) {
    Objects.requireNonNull(partitions, "partitions must not be null");
    if (isClosed) return 0;
    int[] left = {0};
    keeper().inEngine(() -> {
      forgetPending(partitions);
      left[0] = openOf(partitions);
      partitions.forEach(this::forget);
    });
    return left[0];
  }

  @Override
  public int open(P partition) {
    PartitionEntry<P> part = parts.get(Objects.requireNonNull(partition, "partition must not be null"));
    return part == null ? 0 : part.open;
  }

  private int openOf(Collection<? extends P> partitions) {
    int open = 0;
    for (P partition : partitions) open += open(partition);
    return open;
  }

  // ---- the keeper's

  private void forget(P partition) {
    PartitionEntry<P> part = parts.remove(partition);
    if (part == null) return;
    part.isRevoked = true;
    forgetPending(part);
  }

  private void forgetPending(Collection<? extends P> partitions) {
    if (arriving != null) arriving.removeIf(each -> partitions.contains(each.partition));
    for (P partition : partitions) {
      PartitionEntry<P> part = parts.get(partition);
      if (part != null) forgetPending(part);
    }
  }

  private void forgetPending(PartitionEntry<P> part) {
    pending.removeIf(receipt -> {
      if (receipt.part() != part) return false;
      abandoned(receipt, null);
      return true;
    });
  }

  /** Those that are pending are the last ones of their partition, so the position goes up to the first of them. */
  @Override
  void abandoned(Receipt receipt, String path) {
    receipt.part().next = Math.min(receipt.part().next, receipt.position());
    receipt.close();
    receipt.part().remove(receipt);
    closed(1);
  }

  @Override
  void collected(ReceiptPage page, int from, int to, long nowNanos) {
    for (int i = from; i < to; i++) collected(page.receipt(i));
  }

  private void collected(Receipt receipt) {
    if (receipt.part().isRevoked) {
      refused++;
      receipt.part().remove(receipt);
      closed(1);
    } else if (receipt.cause() != null) {
      failures.add(new Failure(receipt));
    } else {
      acked++;
      passed(receipt);
    }
  }

  /** The position may go past it. */
  private void passed(Receipt receipt) {
    receipt.part().remove(receipt);
    closed(1);
    if (uncommitted++ == 0) sinceNanos = time.nanos();
  }

  private Map<P, Long> positions(Collection<PartitionEntry<P>> of) {
    Map<P, Long> positions = new HashMap<>();
    for (PartitionEntry<P> part : of) if (part.position() > part.answered) positions.put(part.key, part.position());
    return Map.copyOf(positions);
  }

  private void answered(Map<P, Long> positions) {
    positions.forEach((key, position) -> {
      PartitionEntry<P> part = parts.get(key);
      if (part != null) part.answered = Math.max(part.answered, position);
    });
  }

  @Override
  Answer next(long nowNanos) {
    if (!failures.isEmpty()) return failures.poll();
    if (dueIn(nowNanos) != 0) return null;
    uncommitted = 0;
    isCommitting = true;
    return new Commit();
  }

  @Override
  long dueIn(long nowNanos) {
    if (!failures.isEmpty()) return 0;
    if (uncommitted == 0 || isCommitting) return Long.MAX_VALUE;
    boolean isLast = isSourceOver() && open() == 0;
    return isLast || uncommitted >= batch ? 0 : Math.max(0, sinceNanos + withinNanos - nowNanos);
  }

  @Override
  Answer last(String path) {
    if (!failures.isEmpty()) return failures.poll();
    if (isClosed) return null;
    isClosed = true;
    for (PartitionEntry<P> part : parts.values()) {
      Receipt next;
      for (Receipt each = part.oldest(); each != null; each = next) {
        next = part.oldestBehind(each);
        if (each.close() == Receipt.Closing.OPEN || each.cause() != null) {
          nacked++;   // and the position stays before it
        } else {
          acked++;
          part.remove(each);
        }
      }
    }
    closed(open());
    return new Commit();
  }

  @Override
  boolean wantsToBeCalled() {
    return true;
  }

  @Override
  void stop() throws Exception {
    source.onStop();
  }
}
