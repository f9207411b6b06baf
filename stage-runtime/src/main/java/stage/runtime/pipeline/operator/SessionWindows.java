package stage.runtime.pipeline.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Pane;
import stage.api.pipeline.Window;

/**
 * Windows that last as long as elements come.
 *
 * <p>An element is late if its time is before its stamp's watermark less the lateness, whether or not there is a
 * session that it would fit into; a session fires when the progress has reached its end and the lateness. Then sessions
 * are the connected components of what was accepted, in whatever order it came: one that has fired ends at or before
 * every time that can still be accepted.
 */
final class SessionWindows implements SingleInput<Object, Object> {
  private record Session(long start, long end, Object value, long number) {}

  private record Due(Object key, Session session) {}

  /** An element that is kept: in which session shows by its time. */
  private record Where(Object key, long t, Object value) {}

  /** What is being emitted. */
  private record Firing(List<Due> due, int next) {
    static final Firing NOTHING = new Firing(List.of(), 0);
  }

  private static final Session[] NONE = {};
  private static final Comparator<Due> IN_ORDER = Comparator.<Due>comparingLong(due -> due.session().end())
      .thenComparingLong(due -> due.session().start()).thenComparingLong(due -> due.session().number());

  private final long gap;
  private final long lateness;
  private final Reduction how;
  private final Bound bound;            // of elements kept; null where they are not
  private final ValueSlots sessions;    // per key an array by start
  private final Agenda<Object> agenda;  // keys, at the earliest at which one of their sessions may fire
  private final Horizon horizon;
  private final KeptLong count;         // of all sessions ever begun
  private final KeptLong rows;
  private final KeptQueue<Where> oldest;   // only where the bound forgets the oldest
  private final KeptValue<Firing> firing;

  SessionWindows(long gap, long lateness, Reduction how, Optional<Bound> bound) {
    this(gap, lateness, how, bound.orElse(null), new ValueSlots(), new Agenda<>(), new Horizon(),
        new KeptLong(0), new KeptLong(0), new KeptQueue<>(), new KeptValue<>(Firing.NOTHING));
  }

  private SessionWindows(long gap, long lateness, Reduction how, Bound bound, ValueSlots sessions,
      Agenda<Object> agenda, Horizon horizon, KeptLong count,
      KeptLong rows, KeptQueue<Where> oldest, KeptValue<Firing> firing) {
    this.gap = gap;
    this.lateness = lateness;
    this.how = how;
    this.bound = bound;
    this.sessions = sessions;
    this.agenda = agenda;
    this.horizon = horizon;
    this.count = count;
    this.rows = rows;
    this.oldest = oldest;
    this.firing = firing;
  }

  // ---- elements
  // -----------------------------------------------------------------------------------------------------------

  @Override
  public boolean accept(Object key, Object value, long t, long w, Output<? super Object> out) throws Exception {
    if (t < Times.minus(w, lateness)) {
      out.late(value, t, w, false);
    } else if (t < Times.minus(horizon.progress(), lateness)) {
      out.late(value, t, w, true);
    } else if (bound == null || takes(value, out)) {
      add(key, value, t);
    }
    return true;
  }

  private void add(Object key, Object value, long t) throws Exception {
    int place = sessions.place(key);
    Session[] all = (Session[]) sessions.value(place);
    if (all == null) all = NONE;
    long end = Times.plus(t, gap);
    // Those that overlap [t, end): they follow each other.
    int from = 0;
    while (from < all.length && all[from].end() <= t) from++;
    int to = from;
    while (to < all.length && all[to].start() < end) to++;
    Session grown;
    if (from == to) {
      grown = new Session(t, end, how.folded(null, value), count.get());
      count.set(count.get() + 1);
      agenda.add(Times.plus(end, lateness), key);
    } else {
      Session first = all[from];
      Object merged = first.value();
      long number = first.number();
      for (int i = from + 1; i < to; i++) {
        merged = how.merged(merged, all[i].value());
        number = Math.min(number, all[i].number());
      }
      grown = new Session(Math.min(first.start(), t), Math.max(all[to - 1].end(), end), how.folded(merged, value),
          number);
    }
    Session[] changed = new Session[all.length - (to - from) + 1];
    System.arraycopy(all, 0, changed, 0, from);
    changed[from] = grown;
    System.arraycopy(all, to, changed, from + 1, all.length - to);
    sessions.set(place, changed);
    if (bound == null) return;
    rows.set(rows.get() + 1);
    if (bound.full() != Bound.Full.FORGET_OLDEST) return;
    oldest.add(new Where(key, t, value));
    oldest.sweep(rows.get(), this::isGone);
  }

  private boolean takes(Object value, Output<?> out) throws Exception {
    if (rows.get() < bound.rows()) return true;
    if (!Fullness.makesRoom(bound, "the sessions' room for elements", value, out)) return false;
    for (Where where = oldest.poll(); where != null; where = oldest.poll()) {
      int place = sessions.placeOrAbsent(where.key());
      Session[] all = place == Slots.ABSENT ? null : (Session[]) sessions.value(place);
      if (all == null || !forgetsFirst(place, all, where.t())) continue;
      out.dropped(where.value());
      return true;
    }
    return true;
  }

  private boolean forgetsFirst(int place, Session[] all, long t) {
    for (int i = 0; i < all.length; i++) {
      if (t < all[i].start() || t >= all[i].end()) continue;
      Session[] changed = all.clone();
      changed[i] = new Session(all[i].start(), all[i].end(), ((Rows) all[i].value()).withoutFirst(), all[i].number());
      sessions.set(place, changed);
      rows.set(rows.get() - 1);
      return true;
    }
    return false;   // it has fired
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
    if (agenda.earliest() > until || sessions.size() == 0) return true;
    List<Object> keys = new ArrayList<>();
    agenda.takeDue(until, keys);
    List<Due> due = new ArrayList<>();
    for (Object key : keys) takeDue(key, until, due);
    due.sort(IN_ORDER);
    firing.set(new Firing(List.copyOf(due), 0));
    return emit(out);
  }

  /** Takes the key's sessions that are over out of the table; the rest stays on the agenda. */
  private void takeDue(Object key, long until, List<Due> due) {
    int place = sessions.placeOrAbsent(key);
    Session[] all = place == Slots.ABSENT ? null : (Session[]) sessions.value(place);
    if (all == null) return;   // the key was on the agenda twice
    int over = 0;
    while (over < all.length && Times.plus(all[over].end(), lateness) <= until) due.add(new Due(key, all[over++]));
    if (over < all.length) agenda.add(Times.plus(all[over].end(), lateness), key);
    if (over == 0) return;
    Session[] left = Arrays.copyOfRange(all, over, all.length);
    sessions.set(place, left.length == 0 ? null : left);
  }

  private boolean emit(Output<? super Object> out) throws Exception {
    Firing now = firing.value();
    for (int i = now.next(); i < now.due().size(); i++) {
      if (!out.hasRoom()) return false;
      firing.set(new Firing(now.due(), i + 1));
      Due due = now.due().get(i);
      Session session = due.session();
      var window = new Window(Times.instant(session.start()), Times.instant(session.end()));
      if (bound != null) rows.set(rows.get() - ((Rows) session.value()).size());
      Object result = Results.orNull(out, window, session.value(), () -> how.finished(session.value()));
      if (result == null || bound != null && Rows.areNone(result)) continue;
      boolean isCut = horizon.isCutBefore(session.end());
      out.emit(new Pane<>(due.key(), window, result, isCut ? Pane.Kind.CUT : Pane.Kind.FINAL), due.key(),
          session.end() - 1, session.end() - 1);
    }
    firing.set(Firing.NOTHING);
    while (oldest.peek() != null && isGone(oldest.peek())) oldest.poll();
    return true;
  }

  private boolean isGone(Where where) {
    Session[] all = (Session[]) sessions.get(where.key());
    long t = where.t();
    return all == null || Arrays.stream(all).noneMatch(session -> session.start() <= t && t < session.end());
  }

  @Override
  public long vouchesFor(long c) {
    long vouched = Times.minus(c, lateness);
    Firing now = firing.value();
    return now.next() < now.due().size() ? Math.min(vouched, now.due().get(now.next()).session().end() - 1) : vouched;
  }

  // ---- turns
  // --------------------------------------------------------------------------------------------------------------

  @Override
  public void mark() {
    sessions.mark();
    agenda.mark();
    count.mark();
    rows.mark();
    oldest.mark();
  }

  @Override
  public void undo() {
    sessions.undo();
    agenda.undo();
    count.undo();
    rows.undo();
    oldest.undo();
  }

  @Override
  public void commit() {
    sessions.commit();
    agenda.commit();
    horizon.commit();
    count.commit();
    rows.commit();
    oldest.commit();
    firing.commit();
  }

  @Override
  public void rollback() {
    sessions.rollback();
    agenda.rollback();
    horizon.rollback();
    count.rollback();
    rows.rollback();
    oldest.rollback();
    firing.rollback();
  }

  @Override
  public SessionWindows successor() {
    return new SessionWindows(gap, lateness, how, bound, sessions.successor(), agenda.successor(),
        horizon.successor(), count.successor(), rows.successor(), oldest.successor(), firing.successor());
  }
}
