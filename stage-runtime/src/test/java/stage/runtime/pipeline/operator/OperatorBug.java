package stage.runtime.pipeline.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import stage.simulation.ChangedEngine;
import stage.simulation.ChangedEngine.Change;

/**
 * A bug that operators of pipelines could have, as a change of a source.
 *
 * @param name what goes wrong
 * @param file which source, below {@code stage/runtime}
 * @param changes what is replaced by what
 */
public record OperatorBug(String name, String file, List<Change> changes) {
  private static OperatorBug bug(String name, String file, String... changes) {
    List<Change> pairs = new ArrayList<>();
    for (int i = 0; i < changes.length; i += 2) pairs.add(new Change(changes[i], changes[i + 1]));
    return new OperatorBug(name, file.contains("/") ? file : "pipeline/operator/" + file, pairs);
  }

  /** {@return all} */
  public static List<OperatorBug> all() {
    return Stream.concat(soonFound().stream(), lateFound().stream()).toList();
  }

  /**
   * {@return what a method answers in an engine with this bug}
   *
   * @param type has a public static method
   * @param method of this name
   * @param arguments for it
   */
  public Object call(Class<?> type, String method, Object... arguments) throws Exception {
    return ChangedEngine.call(name, file, changes, type, method, arguments);
  }

  /** Fails unless the source has what is replaced. */
  void ensureIsThere() throws Exception {
    ChangedEngine.ensureIsThere(name, file, changes);
  }

  /** {@return those that the tests of the operators show} */
  static List<OperatorBug> soonFound() {
    return List.of(
        bug("windows judge by progress, not by the stamp", "FixedWindows.java",
            "if (closesAt <= w) continue;", "if (closesAt <= c.get()) continue;",
            "window.closesAt > w && window", "window"),
        bug("sessions judge as tumbling windows do", "SessionWindows.java",
            "if (t < Times.minus(w, lateness)) {", "if (Times.plus(t, gap) <= Times.minus(w, lateness)) {"),
        bug("stamps that were seen move the progress", "FixedWindows.java",
            "    if (isSimple) {", "    if (w > c.get()) c.set(w);\n    if (isSimple) {"),
        bug("progress of inputs does not roll back", "Inputs.java", "    state.rollback();", "    state.commit();"),
        bug("progress of inputs falls", "Inputs.java",
            "long c = Math.max(old.c(), together(vouched, standings));", "long c = together(vouched, standings);"),
        bug("a completed input counts among the idle", "Inputs.java",
            "if (stand[i] == IDLE) least[groups[i]]", "if (stand[i] != ACTIVE) least[groups[i]]"),
        bug("an idle input stays idle", "Inputs.java",
            "    standings[input] = standing;", "    standings[input] = Math.max(standings[input], standing);"),
        bug("inputs of one source are idle each by itself", "Inputs.java",
            "if (stand[i] == IDLE && isActive[groups[i]]) stand[i] = ACTIVE;", "{}"),
        bug("idle inputs of one source vouch for what the first of them does", "Inputs.java",
            "least[groups[i]] = Math.min(least[groups[i]], vouched[i]);",
            "least[groups[i]] = least[groups[i]] == Times.FOREVER ? vouched[i] "
                + ": Math.max(least[groups[i]], vouched[i]);"),
        bug("windows fire only beyond their end", "FixedWindows.java",
            "open.first().closesAt <= c.get())) {", "open.first().closesAt < c.get())) {"),
        bug("windows fire before the lateness is over", "FixedWindows.java",
            "open.first().closesAt <= c.get())) {", "open.first().end <= c.get())) {"),
        bug("results are stamped with the progress", "FixedWindows.java",
            "if (result != null) out.emit(pane(window, key, result, kind), key, window.end - 1, window.end - 1);",
            "if (result != null) out.emit(pane(window, key, result, kind), key, c.get(), c.get());"),
        bug("a drain passes cut windows off as complete", "FixedWindows.java",
            "isCut ? Pane.Kind.CUT : Pane.Kind.FINAL", "Pane.Kind.FINAL"),
        bug("the stamp is taken anew when its turn comes again", "Stamping.java",
            "    latest.rollback();", "    latest.commit();"),
        bug("a stamp has the watermark behind its element", "Stamping.java",
            "    long before = watermark();\n    if (stamp > latest.get()) latest.set(stamp);",
            "    if (stamp > latest.get()) latest.set(stamp);\n    long before = watermark();"),
        bug("clock windows are not armed after a restart", "Agenda.java",
            "    if (size > 0) next.add(0);\n  }\n\n  Agenda",
            "  }\n\n  Agenda"),
        bug("a batch's time begins with its last element", "Batches.java",
            "Math.min(batch.w(), w), batch.dueAt(),", "Math.min(batch.w(), w), Times.plus(now, withinNanos),",
            "    open.set(place, batch);\n    return emit(full, out);\n  }\n\n  private boolean hasRoomFor",
            "    open.set(place, batch);\n    if (batch != null && batch.dueAt() > 0 && withinNanos != NO_TIME) {\n"
                + "      long number = count.get();\n      count.set(number + 1);\n      batch = new Open(key, batch.rows(), batch.weight(),"
                + " batch.t(), batch.w(), batch.dueAt(), number);\n      open.set(place, batch);\n"
                + "      agenda.add(batch.dueAt(), new Due(key, number));\n    }\n"
                + "    return emit(full, out);\n  }\n\n  private boolean hasRoomFor"),
        bug("a key's slot is not undone with its element", "Slots.java",
            "    while (freshCount > freshAtMark) removeLastFresh();\n", ""),
        bug("a slot that was touched first by an element stays so", "Slots.java",
            "    while (touchedCount > touchedAtMark) stamp(touched[--touchedCount], turn - 1);\n", ""),
        bug("a join forgets a row a moment too early", "Reach.java",
            "lateness), 1);", "lateness), 0);"),
        bug("a row without a partner is emitted at once", "Joining.java",
            "agenda.add(setting.reach().closesAt(row.side(), row.t(), row.place()), row);",
                "agenda.add(row.t(), row);"),
        bug("a matched row is emitted as one without a partner", "Joining.java",
            "if (matched.value(place) == null) matched.set(place, Boolean.TRUE);", ""),
        bug("an interval is the same on both sides", "Reach.java",
            "long to = Times.plus(t, side == Side.LEFT ? after : before);", "long to = Times.plus(t, after);"),
        bug("a table takes an element for the row behind it", "AsOfLookup.java",
            "if (version.t() <= element.t()) row = version.row();", "row = version.row();"),
        bug("an element does not wait for rows of its own time", "AsOfLookup.java",
            "if (t < tableC.get() && leaving", "if (t <= tableC.get() && leaving",
            "waiting.add(Times.plus(t, 1), element);", "waiting.add(t, element);"),
        bug("an element of a pane counts in windows that it is late for", "SlidingWindows.java",
            "setting.firstEnd(t, Math.max(w, horizon.progress()))", "setting.firstEnd(t, Times.NEVER)"),
        bug("a pane leaves with its first window", "SlidingWindows.java",
            "if (setting.lastEnd(table.start) == end) open.remove(table);", "open.remove(table);"),
        bug("where a sliding window's firing stands is no state", "SlidingWindows.java",
            "    nextResult.rollback();\n", ""),
        bug("a key in two panes has two results", "SlidingWindows.java",
            "if (!isFirstWith(key, tables, number)) continue;", ""),
        bug("sorted inputs are merged before all have shown their next", "MergingSorted.java",
            "if (!hasEnded.value()[i]) return -1;", ""));
  }

  /** {@return those that only many interleavings show, or a whole job} */
  static List<OperatorBug> lateFound() {
    return List.of(
        bug("sessions judge by progress, not by the stamp", "SessionWindows.java",
            "if (t < Times.minus(w, lateness)) {", "if (t < Times.minus(horizon.progress(), lateness)) {"),
        bug("where firing stands is no state", "FixedWindows.java", "    nextResult.rollback();\n", ""),
        bug("applied progress is no state", "SessionWindows.java", "    horizon.rollback();\n", "    horizon.commit();\n"),
        bug("a source is idle while its stage is held up", "engine/WorkSelector.java",
            "boolean awaitsEvents() {\n    if (signals.has(Signals.PAUSED) || incarnations.role().idle() != "
                + "WaitState.Kind.EVENTS) return false;", "boolean awaitsEvents() {",
            "if (isHeldUp && !incarnations.role().takesAhead()) return false;", "",
            "if (inlet.isPaused() || inlet.lane().unsent() == 0) return false;", "if (inlet.isPaused()) return false;"),
        bug("an element does not end idleness", "engine/IdleClock.java",
            "    waitedNanos = 0;\n    isRunning = false;\n", "    isRunning = false;\n"),
        bug("an element's mark is forgotten", "OpenWindows.java", "    window.mark();\n    if (markedCount",
            "    if (markedCount"));
  }

  @Override
  public String toString() {
    return name;
  }
}
