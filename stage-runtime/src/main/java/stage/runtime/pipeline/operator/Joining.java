package stage.runtime.pipeline.operator;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Fn2;
import stage.api.pipeline.plan.Pairing.Unmatched;
import stage.runtime.pipeline.operator.JoinRows.Row;
import stage.runtime.pipeline.operator.JoinRows.Where;
import stage.runtime.pipeline.operator.Reach.Side;

/**
 * Brings the rows of two sides together. A pair is emitted when its second row comes; a row without a partner once none
 * can come any more, never before. So the set of results depends on nothing but the rows and their stamps, and their
 * order means nothing.
 */
final class Joining implements SeveralInputs<Object> {
  private static final Comparator<Row> IN_ORDER = Comparator.comparingLong(Row::t).thenComparingLong(Row::number);

  /**
   * What does not change.
   *
   * @param reach which rows belong together
   * @param unmatched of which side the rows without a partner are emitted
   * @param fn makes a result
   * @param bound how many rows are kept
   */
  record Setting(Reach<Object> reach, Unmatched unmatched, Fn2<Object, Object, Object> fn, Bound bound) {
    boolean emitsUnmatched(Side side) {
      return unmatched == Unmatched.BOTH || unmatched == (side == Side.LEFT ? Unmatched.LEFT : Unmatched.RIGHT);
    }

    Object pair(Object left, Object right) throws Exception {
      Object l = emitsUnmatched(Side.RIGHT) ? Optional.of(left) : left;
      Object r = emitsUnmatched(Side.LEFT) ? Optional.of(right) : right;
      return Reduction.made("function of a join", fn.apply(l, r));
    }

    Object alone(Row row) throws Exception {
      Object present = emitsUnmatched(row.side().other()) ? Optional.of(row.value()) : row.value();
      Object result = row.side() == Side.LEFT ? fn.apply(present, Optional.empty())
          : fn.apply(Optional.empty(), present);
      return Reduction.made("function of a join", result);
    }
  }

  private record Firing(List<Row> rows, int next) {
    static final Firing NOTHING = new Firing(List.of(), 0);
  }

  private record Closing(Side side, Where where) {}

  private final Setting setting;
  private final ValueSlots left;       // Where -> JoinRows
  private final ValueSlots right;
  private final ValueSlots matched;    // numbers of rows with a partner, on sides whose rows without one are emitted
  private final Agenda<Object> agenda; // a Row or a Closing, when nothing can come for it any more
  private final KeptQueue<Row> oldest; // only where the bound forgets the oldest
  private final KeptLong kept;
  private final KeptLong count;
  private final Horizon horizon;
  private final KeptValue<Firing> firing;

  Joining(Setting setting) {
    this(setting, new ValueSlots(), new ValueSlots(), new ValueSlots(), new Agenda<>(), new KeptQueue<>(),
        new KeptLong(0), new KeptLong(0), new Horizon(), new KeptValue<>(Firing.NOTHING));
  }

  private Joining(Setting setting, ValueSlots left, ValueSlots right, ValueSlots matched, Agenda<Object> agenda,
      KeptQueue<Row> oldest, KeptLong kept, KeptLong count, Horizon horizon, KeptValue<Firing> firing) {
    this.setting = setting;
    this.left = left;
    this.right = right;
    this.matched = matched;
    this.agenda = agenda;
    this.oldest = oldest;
    this.kept = kept;
    this.count = count;
    this.horizon = horizon;
    this.firing = firing;
  }

  // ---- rows
  // ---------------------------------------------------------------------------------------------------------------

  @Override
  public Input<Object, Object> input(int number) {
    return number == 0 ? this::acceptLeft : this::acceptRight;
  }

  private boolean acceptLeft(Object key, Object value, long t, long w, Output<? super Object> out) throws Exception {
    return accept(Side.LEFT, key, value, t, w, out);
  }

  private boolean acceptRight(Object key, Object value, long t, long w, Output<? super Object> out) throws Exception {
    return accept(Side.RIGHT, key, value, t, w, out);
  }

  private boolean accept(Side side, Object key, Object value, long t, long w, Output<? super Object> out)
      throws Exception {
    Reach<Object> reach = setting.reach();
    if (reach.isLate(t, w)) {
      out.late(value, t, w, false);
      return true;
    }
    if (reach.isLate(t, horizon.progress())) {
      out.late(value, t, w, true);
      return true;
    }
    List<Object> places = new ArrayList<>(1);
    reach.places(side, t, w, horizon.progress(), places::add);
    if (places.isEmpty()) {
      out.filtered(value);
      return true;
    }
    if (!hasRoomFor(places.size(), value, out)) return true;
    for (Object place : places) {
      var row = new Row(side, key, place, value, t, w, count.get());
      count.set(count.get() + 1);
      keep(row, out);
      reach.partners(side, t, place, partners -> pairUp(row, partners, out));
    }
    return true;
  }

  private void pairUp(Row row, Object place, Output<? super Object> out) throws Exception {
    JoinRows partners = (JoinRows) rows(row.side().other()).get(new Where(row.key(), place));
    for (JoinRows each = partners; each != null; each = each.before()) {
      Row partner = each.row();
      Row l = row.side() == Side.LEFT ? row : partner;
      Row r = row.side() == Side.LEFT ? partner : row;
      if (!setting.reach().pairs(l.t(), r.t())) continue;
      match(l);
      match(r);
      out.emit(setting.pair(l.value(), r.value()), row.key(), Math.max(l.t(), r.t()), Math.max(l.w(), r.w()));
    }
  }

  private void match(Row row) {
    if (!setting.emitsUnmatched(row.side())) return;
    int place = matched.place(row.number());
    if (matched.value(place) == null) matched.set(place, Boolean.TRUE);
  }

  private ValueSlots rows(Side side) {
    return side == Side.LEFT ? left : right;
  }

  private void keep(Row row, Output<?> out) {
    out.kept(row.value());
    ValueSlots rows = rows(row.side());
    var where = new Where(row.key(), row.place());
    int place = rows.place(where);
    JoinRows before = (JoinRows) rows.value(place);
    rows.set(place, new JoinRows(row, before));
    kept.set(kept.get() + 1);
    long placeClosesAt = setting.reach().placeClosesAt(row.side(), row.place());
    if (before == null && placeClosesAt != Times.FOREVER) agenda.add(placeClosesAt, new Closing(row.side(), where));
    if (setting.emitsUnmatched(row.side())) out.kept(row.value());   // until it is known to have a partner, or none
    if (setting.emitsUnmatched(row.side())) agenda.add(setting.reach().closesAt(row.side(), row.t(), row.place()), row);
    if (setting.bound().full() != Bound.Full.FORGET_OLDEST) return;
    oldest.add(row);
    oldest.sweep(kept.get(), each -> rows(each.side()).get(new Where(each.key(), each.place())) == null);
  }

  /** A row may need several places at once, one per window; if they are not there, it has none. */
  private boolean hasRoomFor(int places, Object value, Output<?> out) throws Exception {
    while (kept.get() + places > setting.bound().rows()) {
      if (!Fullness.makesRoom(setting.bound(), "the join", value, out)) return false;
      Row row = oldest.poll();
      if (row == null) return true;   // a bound below the number of windows that one row is in
      forget(row, out);
    }
    return true;
  }

  /** {@return how many rows are kept} For tests. */
  long rowsKept() {
    return kept.get();
  }

  private void forget(Row row, Output<?> out) {
    ValueSlots rows = rows(row.side());
    int place = rows.placeOrAbsent(new Where(row.key(), row.place()));
    JoinRows all = place == Slots.ABSENT ? null : (JoinRows) rows.value(place);
    JoinRows left = JoinRows.without(all, row.number());
    if (JoinRows.size(left) == JoinRows.size(all)) return;   // its place has closed
    rows.set(place, left);
    kept.set(kept.get() - 1);
    boolean hadPartner = matched.get(row.number()) != null;
    match(row);   // so that it does not show up as one without
    if (hadPartner) out.released(row.value());
    else out.dropped(row.value());
  }

  // ---- firing
  // -------------------------------------------------------------------------------------------------------------

  @Override
  public boolean progress(long c, Output<? super Object> out) throws Exception {
    horizon.rise(c);
    return fire(horizon.progress(), out);
  }

  @Override
  public boolean resume(Output<? super Object> out) throws Exception {
    return fire(horizon.due(), out);
  }

  @Override
  public boolean end(boolean isDrained, Output<? super Object> out) throws Exception {
    horizon.end(isDrained);
    return fire(horizon.due(), out);
  }

  private boolean fire(long until, Output<? super Object> out) throws Exception {
    if (!emit(out)) return false;
    if (agenda.earliest() > until) return true;
    List<Object> due = new ArrayList<>();
    agenda.takeDue(until, due);
    List<Row> alone = new ArrayList<>();
    for (Object each : due) {
      if (each instanceof Closing closing) {
        close(closing, out);
      } else {
        Row row = (Row) each;
        if (matched.get(row.number()) == null) alone.add(row);
        else settleMatched(row, out);
      }
    }
    while (oldest.peek() != null && hasClosed(oldest.peek(), until)) oldest.poll();
    alone.sort(IN_ORDER);
    firing.set(new Firing(List.copyOf(alone), 0));
    return emit(out);
  }

  private boolean hasClosed(Row row, long until) {
    return setting.reach().placeClosesAt(row.side(), row.place()) <= until;
  }

  private void settleMatched(Row row, Output<?> out) {
    matched.remove(row.number());
    out.released(row.value());
  }

  private void close(Closing closing, Output<?> out) {
    ValueSlots rows = rows(closing.side());
    var closed = (JoinRows) rows.get(closing.where());
    kept.set(kept.get() - JoinRows.size(closed));
    for (JoinRows each = closed; each != null; each = each.before()) out.released(each.row().value());
    rows.remove(closing.where());
  }

  private boolean emit(Output<? super Object> out) throws Exception {
    Firing now = firing.value();
    for (int i = now.next(); i < now.rows().size(); i++) {
      if (!out.hasRoom()) return false;
      firing.set(new Firing(now.rows(), i + 1));
      Row row = now.rows().get(i);
      Object result = Results.orNull(out, row.value(), row.value(), () -> setting.alone(row));
      if (result == null) continue;
      out.emit(result, row.key(), row.t(), row.t());
      out.released(row.value());
    }
    firing.set(Firing.NOTHING);
    return true;
  }

  @Override
  public long vouchesFor(long c) {
    long vouched = setting.unmatched() == Unmatched.NONE ? c : setting.reach().vouchesFor(c);
    Firing now = firing.value();
    for (int i = now.next(); i < now.rows().size(); i++) vouched = Math.min(vouched, now.rows().get(i).t());
    return vouched;
  }

  // ---- turns
  // --------------------------------------------------------------------------------------------------------------

  @Override
  public void mark() {
    left.mark();
    right.mark();
    matched.mark();
    agenda.mark();
    oldest.mark();
    kept.mark();
    count.mark();
  }

  @Override
  public void undo() {
    left.undo();
    right.undo();
    matched.undo();
    agenda.undo();
    oldest.undo();
    kept.undo();
    count.undo();
  }

  @Override
  public void commit() {
    left.commit();
    right.commit();
    matched.commit();
    agenda.commit();
    oldest.commit();
    kept.commit();
    count.commit();
    horizon.commit();
    firing.commit();
  }

  @Override
  public void rollback() {
    left.rollback();
    right.rollback();
    matched.rollback();
    agenda.rollback();
    oldest.rollback();
    kept.rollback();
    count.rollback();
    horizon.rollback();
    firing.rollback();
  }

  @Override
  public Joining successor() {
    return new Joining(setting, left.successor(), right.successor(), matched.successor(), agenda.successor(),
        oldest.successor(), kept.successor(), count.successor(), horizon.successor(), firing.successor());
  }
}
