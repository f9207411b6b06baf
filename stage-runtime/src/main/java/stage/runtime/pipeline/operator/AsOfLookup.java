package stage.runtime.pipeline.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Fn2;

/**
 * Elements, input 0, with the row that a table, input 1, had for their keys at their time: the last one that is not
 * after it. An element waits until no such row can come any more, so the result does not depend on which came first.
 */
final class AsOfLookup implements SeveralInputs<Object> {
  private static final int ROWS = 1;

  /** How many elements wait for the table before their input is paused. */
  static final int MOST_WAITING = 1_000;

  private record Version(Object row, long t) {}

  private record Arrival(Object key, Version version) {}

  private record Element(Object key, Object value, long t, long w, long number) {}

  private static final Version[] NONE = {};
  private static final Comparator<Element> IN_ORDER = Comparator.comparingLong(Element::t)
      .thenComparingLong(Element::number);

  private final Bound bound;
  private final Fn2<Object, Object, Object> fn;
  private final ValueSlots table;            // per key its versions by time
  private final KeptLong count;              // of the versions
  private final KeptQueue<Arrival> oldest;   // only where the bound forgets the oldest
  private final Agenda<Element> waiting;
  private final KeptLong waitingCount;
  private final KeptLong number;             // of elements
  private final KeptValue<List<Element>> leaving;
  private final KeptLong tableC;             // what the rows' input vouches for
  private final KeptLong c;                  // what both do

  AsOfLookup(Bound bound, Fn2<Object, Object, Object> fn) {
    this(bound, fn, new ValueSlots(), new KeptLong(0), new KeptQueue<>(), new Agenda<>(), new KeptLong(0),
        new KeptLong(0), new KeptValue<>(List.of()),
        new KeptLong(Times.NEVER), new KeptLong(Times.NEVER));
  }

  private AsOfLookup(Bound bound, Fn2<Object, Object, Object> fn, ValueSlots table, KeptLong count,
      KeptQueue<Arrival> oldest, Agenda<Element> waiting,
      KeptLong waitingCount, KeptLong number, KeptValue<List<Element>> leaving, KeptLong tableC, KeptLong c) {
    this.bound = bound;
    this.fn = fn;
    this.table = table;
    this.count = count;
    this.oldest = oldest;
    this.waiting = waiting;
    this.waitingCount = waitingCount;
    this.number = number;
    this.leaving = leaving;
    this.tableC = tableC;
    this.c = c;
  }

  @Override
  public Input<Object, Object> input(int number) {
    return number == ROWS ? this::acceptRow : this::acceptElement;
  }

  @Override
  public boolean isOpen(int number) {
    return number == ROWS || waitingCount.get() < MOST_WAITING;
  }

  // ---- rows
  // ---------------------------------------------------------------------------------------------------------------

  private boolean acceptRow(Object key, Object row, long t, long w, Output<? super Object> out) throws Exception {
    if (t < w || t < tableC.get()) {
      out.late(row, t, w, t >= w);
      return true;
    }
    prune(key);
    if (count.get() >= bound.rows()) {
      if (!Fullness.makesRoom(bound, "the table", row, out)) return true;
      forgetOldest(out);
    }
    int place = table.place(key);
    Version[] before = table.value(place) == null ? NONE : (Version[]) table.value(place);
    int at = before.length;
    while (at > 0 && before[at - 1].t() > t) at--;
    Version[] after = new Version[before.length + 1];
    System.arraycopy(before, 0, after, 0, at);
    after[at] = new Version(row, t);
    System.arraycopy(before, at, after, at + 1, before.length - at);
    table.set(place, after);
    count.set(count.get() + 1);
    if (bound.full() == Bound.Full.FORGET_OLDEST) {
      oldest.add(new Arrival(key, after[at]));
      oldest.sweep(count.get(), this::isOver);
    }
    return true;
  }

  /** Leaves out versions that a later one has replaced before all that can still be asked for. */
  private void prune(Object key) {
    int place = table.placeOrAbsent(key);
    Version[] versions = place == Slots.ABSENT ? null : (Version[]) table.value(place);
    if (versions == null) return;
    int outdated = 0;
    while (outdated + 1 < versions.length && versions[outdated + 1].t() <= asked()) outdated++;
    if (outdated == 0) return;
    table.set(place, Arrays.copyOfRange(versions, outdated, versions.length));
    count.set(count.get() - outdated);
  }

  /**
   * {@return the earliest time that can still be asked for} Also by an element that waits: its watermark may have been
   * passed.
   */
  private long asked() {
    return Math.min(c.get(), Times.minus(waiting.earliest(), 1));
  }

  private void forgetOldest(Output<?> out) {
    for (Arrival first = oldest.poll(); first != null; first = oldest.poll()) {
      if (isOver(first)) continue;
      int place = table.place(first.key());
      Version[] versions = (Version[]) table.value(place);
      // Of a key it is the earliest that goes: without one in the middle, elements would be given a wrong one.
      if (versions[0] != first.version()) oldest.add(first);
      out.dropped(versions[0].row());
      table.set(place, versions.length == 1 ? null : Arrays.copyOfRange(versions, 1, versions.length));
      count.set(count.get() - 1);
      return;
    }
  }

  /** {@return whether a version was replaced by a later one, or forgotten} */
  private boolean isOver(Arrival arrival) {
    int place = table.placeOrAbsent(arrival.key());
    Version[] versions = place == Slots.ABSENT ? null : (Version[]) table.value(place);
    if (versions == null) return true;
    long t = arrival.version().t();
    if (t != versions[0].t()) return t < versions[0].t();   // they leave in the order of their times
    return Arrays.stream(versions).takeWhile(each -> each.t() == t).noneMatch(each -> each == arrival.version());
  }

  // ---- elements
  // -----------------------------------------------------------------------------------------------------------

  private boolean acceptElement(Object key, Object value, long t, long w, Output<? super Object> out) throws Exception {
    if (t < w || t < c.get()) {
      out.late(value, t, w, t >= w);
      return true;
    }
    var element = new Element(key, value, t, w, number.get());
    if (t < tableC.get() && leaving.value().isEmpty()) {
      out.emit(result(element), key, t, w);
      return true;
    }
    number.set(number.get() + 1);
    out.kept(value);
    waiting.add(Times.plus(t, 1), element);
    waitingCount.set(waitingCount.get() + 1);
    return true;
  }

  private Object result(Element element) throws Exception {
    Version[] versions = (Version[]) table.get(element.key());
    Object row = null;
    if (versions != null) {
      for (Version version : versions) if (version.t() <= element.t()) row = version.row();
    }
    return Reduction.made("function of a table look-up", fn.apply(element.value(), Optional.ofNullable(row)));
  }

  // ---- progress
  // -----------------------------------------------------------------------------------------------------------

  @Override
  public boolean inputProgress(int number, long c, Output<? super Object> out) throws Exception {
    if (number == ROWS && c > tableC.get()) tableC.set(c);
    return release(out);
  }

  @Override
  public boolean inputEnded(int number, Output<? super Object> out) throws Exception {
    if (number == ROWS) tableC.set(Times.FOREVER);
    return release(out);
  }

  @Override
  public boolean progress(long c, Output<? super Object> out) throws Exception {
    if (c > this.c.get()) this.c.set(c);
    return release(out);
  }

  @Override
  public boolean resume(Output<? super Object> out) throws Exception {
    return release(out);
  }

  @Override
  public boolean end(boolean isDrained, Output<? super Object> out) throws Exception {
    tableC.set(Times.FOREVER);
    return release(out);
  }

  /** Emits those whose rows are all there, by time. */
  private boolean release(Output<? super Object> out) throws Exception {
    if (!leave(out)) return false;
    if (waiting.earliest() > tableC.get()) return true;
    List<Element> due = new ArrayList<>();
    waiting.takeDue(tableC.get(), due);
    due.sort(IN_ORDER);
    leaving.set(List.copyOf(due));
    return leave(out);
  }

  private boolean leave(Output<? super Object> out) throws Exception {
    List<Element> now = leaving.value();
    for (int i = 0; i < now.size(); i++) {
      if (!out.hasRoom()) {
        leaving.set(now.subList(i, now.size()));
        return false;
      }
      waitingCount.set(waitingCount.get() - 1);
      Element element = now.get(i);
      Object result = Results.orNull(out, element.value(), element.value(), () -> result(element));
      if (result == null) continue;
      out.emit(result, element.key(), element.t(), element.w());
      out.released(element.value());
    }
    leaving.set(List.of());
    return true;
  }

  @Override
  public long vouchesFor(long c) {
    long[] held = {c};
    for (Element element : leaving.value()) held[0] = Math.min(held[0], element.w());
    if (waitingCount.get() > 0) waiting.forEach(element -> held[0] = Math.min(held[0], element.w()));
    return held[0];
  }

  // ---- turns
  // --------------------------------------------------------------------------------------------------------------

  @Override
  public void mark() {
    table.mark();
    count.mark();
    oldest.mark();
    waiting.mark();
    waitingCount.mark();
    number.mark();
  }

  @Override
  public void undo() {
    table.undo();
    count.undo();
    oldest.undo();
    waiting.undo();
    waitingCount.undo();
    number.undo();
  }

  @Override
  public void commit() {
    table.commit();
    count.commit();
    oldest.commit();
    waiting.commit();
    waitingCount.commit();
    number.commit();
    leaving.commit();
    tableC.commit();
    c.commit();
  }

  @Override
  public void rollback() {
    table.rollback();
    count.rollback();
    oldest.rollback();
    waiting.rollback();
    waitingCount.rollback();
    number.rollback();
    leaving.rollback();
    tableC.rollback();
    c.rollback();
  }

  @Override
  public AsOfLookup successor() {
    return new AsOfLookup(bound, fn, table.successor(), count.successor(), oldest.successor(), waiting.successor(),
        waitingCount.successor(),
        number.successor(), leaving.successor(), tableC.successor(), c.successor());
  }
}
