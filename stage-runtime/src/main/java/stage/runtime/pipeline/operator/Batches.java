package stage.runtime.pipeline.operator;

import java.util.ArrayList;
import java.util.List;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Weight;

/**
 * Puts the elements of a key into lists, up to a number or a weight, and for no longer than a time from a list's first
 * element on. A batch has the smallest stamps of its elements. For batches without a key, give all the same.
 */
public final class Batches implements SingleInput<Object, Object> {
  /** Lists wait for their number however long that takes. */
  public static final long NO_TIME = Long.MAX_VALUE;

  /** Makes a result of a key and its list. */
  public interface Result {
    /**
     * {@return the result}
     *
     * @param key the key
     * @param batch the list
     */
    Object of(Object key, List<Object> batch);
  }

  private record Open(Object key, Rows rows, long weight, long t, long w, long dueAt, long number) {}

  private record Due(Object key, long number) {}

  private final long most;
  private final Weight<Object> weight;
  private final long withinNanos;
  private final Bound openKeys;
  private final Result result;
  private final ValueSlots open;
  private final Agenda<Due> agenda;
  private final KeptQueue<Due> inOrder;   // only if the bound asks for the oldest
  private final KeptLong count;           // of the batches begun
  private final KeptLong openCount;
  private final KeptValue<List<Open>> leaving;   // what a timer or the end has still to emit
  private final KeptLong ending;                 // the next key's number at the end; -1 before
  private long now;

  /**
   * Makes one.
   *
   * @param most how many elements a list has, or how much they weigh, at most
   * @param weight of an element; null to count them
   * @param withinNanos from the first element of a list to its end; {@link #NO_TIME} for however long
   * @param openKeys how many keys may have an open list
   * @param result what is emitted
   */
  public Batches(long most, Weight<Object> weight, long withinNanos, Bound openKeys, Result result) {
    this(most, weight, withinNanos, openKeys, result, new ValueSlots(), new Agenda<>(), new KeptQueue<>(),
        new KeptLong(0), new KeptLong(0),
        new KeptValue<>(List.of()), new KeptLong(-1));
  }

  private Batches(long most, Weight<Object> weight, long withinNanos, Bound openKeys, Result result, ValueSlots open,
      Agenda<Due> agenda,
      KeptQueue<Due> inOrder, KeptLong count, KeptLong openCount, KeptValue<List<Open>> leaving, KeptLong ending) {
    this.most = most;
    this.weight = weight;
    this.withinNanos = withinNanos;
    this.openKeys = openKeys;
    this.result = result;
    this.open = open;
    this.agenda = agenda;
    this.inOrder = inOrder;
    this.count = count;
    this.openCount = openCount;
    this.leaving = leaving;
    this.ending = ending;
  }

  @Override
  public void turn(long now) {
    this.now = now;
  }

  @Override
  public boolean accept(Object key, Object value, long t, long w, Output<? super Object> out) throws Exception {
    long weighs = weight == null ? 1 : weight.of(value);
    if (weighs < 0) throw new IllegalArgumentException("a weight must not be negative, but was " + weighs + " for "
        + value);
    int place = open.place(key);
    Open batch = (Open) open.value(place);
    List<Open> full = new ArrayList<>(2);
    if (batch != null && batch.weight() + weighs > most) {
      full.add(batch);
      openCount.set(openCount.get() - 1);
      batch = null;
    }
    if (batch == null) {
      // Forgetting takes another key's list away; ours has no list in the table that counts.
      if (!hasRoomFor(value, out)) {
        open.set(place, null);
        return emit(full, out);
      }
      long number = count.get();
      count.set(number + 1);
      openCount.set(openCount.get() + 1);
      batch = new Open(key, Rows.NONE, 0, t, w, withinNanos == NO_TIME ? NO_TIMER : Times.plus(now, withinNanos),
          number);
      if (batch.dueAt() != NO_TIMER && weighs < most) agenda.add(batch.dueAt(), new Due(key, number));
      if (openKeys.full() == Bound.Full.FORGET_OLDEST) {
        inOrder.sweep(openCount.get(), this::isOver);
        inOrder.add(new Due(key, number));
      }
    }
    out.kept(value);
    batch = new Open(key, batch.rows().with(value), batch.weight() + weighs, Math.min(batch.t(), t),
        Math.min(batch.w(), w), batch.dueAt(),
        batch.number());
    if (batch.weight() >= most) {
      full.add(batch);
      openCount.set(openCount.get() - 1);
      batch = null;
    }
    open.set(place, batch);
    return emit(full, out);
  }

  private boolean hasRoomFor(Object value, Output<?> out) throws Exception {
    if (openCount.get() < openKeys.rows()) return true;
    if (!Fullness.makesRoom(openKeys, "the batch step's room for open keys", value, out)) return false;
    for (Due oldest = inOrder.poll(); oldest != null; oldest = inOrder.poll()) {
      if (isOver(oldest)) continue;
      Open batch = (Open) open.get(oldest.key());
      open.remove(oldest.key());
      openCount.set(openCount.get() - 1);
      for (Object forgotten : batch.rows().list()) out.dropped(forgotten);
      return true;
    }
    return true;
  }

  private boolean isOver(Due due) {
    Open batch = (Open) open.get(due.key());
    return batch == null || batch.number() != due.number();
  }

  private boolean emit(List<Open> batches, Output<? super Object> out) throws Exception {
    for (int i = 0; i < batches.size(); i++) {
      if (!out.hasRoom()) {
        leaving.set(List.copyOf(batches.subList(i, batches.size())));
        return false;
      }
      Open batch = batches.get(i);
      // Before it is emitted: what a later step throws on a timer is settled there, and the batch is gone.
      leaving.set(List.of());
      out.emit(result.of(batch.key(), batch.rows().list()), batch.key(), batch.t(), batch.w());
    }
    return true;
  }

  @Override
  public boolean resume(Output<? super Object> out) throws Exception {
    if (!emit(leaving.value(), out)) return false;
    return ending.get() < 0 || endFrom(out);
  }

  @Override
  public long nextTimer() {
    return agenda.earliest();
  }

  @Override
  public boolean timer(long now, Output<? super Object> out) throws Exception {
    this.now = now;
    List<Due> due = new ArrayList<>();
    agenda.takeDue(now, due);
    List<Open> over = new ArrayList<>();
    for (Due each : due) {
      Open batch = (Open) open.get(each.key());
      if (batch == null || batch.number() != each.number()) continue;   // went out full
      over.add(batch);
      open.remove(each.key());
      openCount.set(openCount.get() - 1);
    }
    over.sort((one, other) -> Long.compare(one.number(), other.number()));
    return emit(over, out);
  }

  @Override
  public long vouchesFor(long c) {
    long held = c;
    if (c == Times.NEVER) return c;
    for (int n = 0; n < open.size(); n++) {
      Open batch = (Open) open.value(open.placeOf(n));
      if (batch != null) held = Math.min(held, batch.w());
    }
    return held;
  }

  @Override
  public boolean end(boolean isDrained, Output<? super Object> out) throws Exception {
    ending.set(0);
    return endFrom(out);
  }

  private boolean endFrom(Output<? super Object> out) throws Exception {
    List<Open> left = new ArrayList<>();
    for (int n = 0; n < open.size(); n++) {
      Open batch = (Open) open.value(open.placeOf(n));
      if (batch == null) continue;
      left.add(batch);
      open.set(open.placeOf(n), null);
    }
    left.sort((one, other) -> Long.compare(one.number(), other.number()));
    return emit(left, out);
  }

  @Override
  public boolean makesResultsOfSeveral() {
    return true;
  }

  @Override
  public void mark() {
    open.mark();
    agenda.mark();
    inOrder.mark();
    count.mark();
    openCount.mark();
    leaving.mark();
    ending.mark();
  }

  @Override
  public void undo() {
    open.undo();
    agenda.undo();
    inOrder.undo();
    count.undo();
    openCount.undo();
    leaving.undo();
    ending.undo();
  }

  @Override
  public void commit() {
    open.commit();
    agenda.commit();
    inOrder.commit();
    count.commit();
    openCount.commit();
    leaving.commit();
    ending.commit();
  }

  @Override
  public void rollback() {
    open.rollback();
    agenda.rollback();
    inOrder.rollback();
    count.rollback();
    openCount.rollback();
    leaving.rollback();
    ending.rollback();
  }

  @Override
  public Batches successor() {
    return new Batches(most, weight, withinNanos, openKeys, result, open.successor(), agenda.successor(),
        inOrder.successor(), count.successor(),
        openCount.successor(), leaving.successor(), ending.successor());
  }
}
