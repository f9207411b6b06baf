package stage.runtime.pipeline.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import stage.pipeline.TimeSearch;
import stage.simulation.ChangedEngine;
import stage.simulation.ChangedEngine.Change;
import stage.simulation.DailyShare;

/**
 * Bugs that operators could have, each planted in a copy and found by the tests. Those that only many interleavings
 * show take ten seconds each, and are looked for with {@code -Dstage.stress}.
 */
class PlantedBugsTest {
  private static final boolean ALL = System.getProperty("stage.stress") != null;

  /**
   * A bug, as a change of a source.
   *
   * @param name what goes wrong
   * @param file which source, in this package
   * @param changes what is replaced by what
   */
  private record Bug(String name, String file, List<Change> changes) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Bug bug(String name, String file, String... changes) {
    List<Change> pairs = new ArrayList<>();
    for (int i = 0; i < changes.length; i += 2) pairs.add(new Change(changes[i], changes[i + 1]));
    return new Bug(name, file, pairs);
  }

  /** {@return today's share, or those whose names a pattern is found in} */
  private static Stream<Bug> bugs() {
    String only = System.getProperty("stage.planted.only");
    if (only != null) {
      var pattern = Pattern.compile(only);
      return Stream.concat(soonFound(), lateFound()).filter(bug -> pattern.matcher(bug.name()).find());
    }
    return Stream.concat(DailyShare.of(soonFound().toList(), 6).stream(), ALL ? lateFound() : Stream.empty());
  }

  @Test
  void allFitTheirSources() {
    assertThat(Stream.concat(soonFound(), lateFound())).allSatisfy(bug -> ChangedEngine.ensureIsThere(bug.name(),
        "pipeline/operator/" + bug.file(), bug.changes()));
  }

  private static Stream<Bug> lateFound() {
    return Stream.of(
        bug("sessions judge by progress, not by the stamp", "SessionWindows.java",
            "if (t < Times.minus(w, lateness)) {", "if (t < Times.minus(horizon.progress(), lateness)) {"),
        bug("where firing stands is no state", "FixedWindows.java", "    nextResult.rollback();\n", ""),
        bug("applied progress is no state", "SessionWindows.java", "    horizon.rollback();\n", "    horizon.commit();\n"),
        bug("an element's mark is forgotten", "OpenWindows.java", "    window.mark();\n    if (markedCount",
            "    if (markedCount"));
  }

  private static Stream<Bug> soonFound() {
    return Stream.of(
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
            "default -> {}   // COMPLETED: no part in it", "default -> mostOfIdle = Math.max(mostOfIdle, vouched[i]);"),
        bug("an idle input stays idle", "Inputs.java",
            "    standings[input] = standing;", "    standings[input] = Math.max(standings[input], standing);"),
        bug("a source is idle while its stage is held up", "Idleness.java",
            "    isWaiting = false;\n    waited = Math", "    if (true) return;\n    waited = Math"),
        bug("an element does not end idleness", "Idleness.java", "    waited = 0;\n", ""),
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

  @ParameterizedTest(name = "{0}")
  @MethodSource("bugs")
  void areFound(Bug bug) throws Exception {
    String found = (String) ChangedEngine.call(
        bug.name(), "pipeline/operator/" + bug.file(), bug.changes(), OperatorChecks.class, "firstToFail");
    assertThat(found).as("what finds: %s", bug.name()).isNotNull();
    if (Boolean.getBoolean("stage.planted.table")) tell(bug, found);
  }

  /** Whole jobs find most of them too: after how many seeds, the table says. */
  private static void tell(Bug bug, String found) throws Exception {
    int seeds = (int) ChangedEngine.call(bug.name(), "pipeline/operator/" + bug.file(), bug.changes(), TimeSearch.class,
        "search");
    System.err.println("| " + bug.name() + " | " + (seeds < 0 ? "" : seeds) + " | `" + found + "` |");
  }

  /** Nothing but the bugs makes them fail. */
  @Test
  void areTheOnlyOnes() throws Exception {
    assertThat(OperatorChecks.firstToFail()).isNull();
  }
}
