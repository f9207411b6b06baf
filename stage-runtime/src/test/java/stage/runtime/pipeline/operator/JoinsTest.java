package stage.runtime.pipeline.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Fn2;
import stage.api.pipeline.Windows;
import stage.api.pipeline.plan.Pairing;
import stage.api.pipeline.plan.Pairing.Unmatched;
import stage.api.pipeline.plan.TablePlan.Reading;

class JoinsTest {
  private static final Bound MANY = Bound.rows(10_000);
  private static final Fn2<Object, Object, Object> PAIR = (left, right) -> "(" + text(left) + "," + text(right) + ")";

  private static String text(Object side) {
    return side instanceof Optional<?> optional ? optional.map(String::valueOf).orElse("-") : String.valueOf(side);
  }

  private static Input<Object, Object> side(Operator<Object> operator, int number) {
    return ((SeveralInputs<Object>) operator).input(number);
  }

  /** {@return the rig, having given it an element of the left or right input} */
  private static OperatorRig left(OperatorRig rig, Object key, Object value, long t, long w) {
    return rig.element(operator -> side(operator, 0), key, value, t, w);
  }

  private static OperatorRig right(OperatorRig rig, Object key, Object value, long t, long w) {
    return rig.element(operator -> side(operator, 1), key, value, t, w);
  }

  private static Duration nanos(long nanos) {
    return Duration.ofNanos(nanos);
  }

  private static SeveralInputs<Object> within(long before, long after, long lateness, Unmatched unmatched) {
    Reach<?> reach = new Reach.Interval(before, after, lateness);
    return new Joining(new Joining.Setting(objects(reach), unmatched, PAIR, MANY));
  }

  @SuppressWarnings("unchecked")
  private static Reach<Object> objects(Reach<?> reach) {
    return (Reach<Object>) reach;
  }

  /** As Flow's bounded joins: keys are equal where the right one is three more. */
  @Nested
  class AllOfBothSides {
    private List<Object> joined(Unmatched unmatched, int from) {
      var rig = new OperatorRig(Operators.joining(new Pairing.Whole(MANY), unmatched, PAIR));
      for (int l = 0; l <= 3; l++) left(rig, l, l, Times.NEVER, Times.NEVER);
      for (int r = from; r <= from + 4; r++) right(rig, r - 3, r, Times.NEVER, Times.NEVER);
      return rig.end().values();
    }

    @Test
    void pairUp() {
      assertThat(joined(Unmatched.NONE, 4)).containsExactlyInAnyOrder("(1,4)", "(2,5)", "(3,6)");
      assertThat(joined(Unmatched.LEFT, 4)).containsExactlyInAnyOrder("(1,4)", "(2,5)", "(3,6)", "(0,-)");
      assertThat(joined(Unmatched.RIGHT, 4)).containsExactlyInAnyOrder("(1,4)", "(2,5)", "(3,6)", "(-,7)", "(-,8)");
      assertThat(joined(Unmatched.BOTH, 4)).containsExactlyInAnyOrder("(1,4)", "(2,5)", "(3,6)", "(0,-)", "(-,7)",
          "(-,8)");
    }

    @Test
    void areAllWithoutAPartnerIfNoneFits() {
      assertThat(joined(Unmatched.NONE, 10)).isEmpty();
      assertThat(joined(Unmatched.BOTH, 10)).containsExactlyInAnyOrder("(0,-)", "(1,-)", "(2,-)", "(3,-)", "(-,10)",
          "(-,11)", "(-,12)", "(-,13)", "(-,14)");
    }
  }

  @Nested
  class TheSameWindow {
    private OperatorRig joined(Windows windows) {
      var rig = new OperatorRig(Operators.joining(new Pairing.InWindow(windows, MANY), Unmatched.BOTH, PAIR));
      for (int l : new int[] {0, 1, 2, 3, 9, 10, 11}) left(rig, l, l, l, Times.NEVER);
      for (int r : new int[] {4, 5, 6, 7, 8, 12, 13}) right(rig, r - 3, r, r, Times.NEVER);
      return rig;
    }

    @Test
    void isWhatPairs() {
      OperatorRig rig = joined(Windows.tumbling(nanos(10)));
      assertThat(rig.values()).as("9 and 12 have one key, but not one window")
          .containsExactlyInAnyOrder("(1,4)", "(2,5)", "(3,6)", "(10,13)");
      rig.progress(10);
      assertThat(rig.values()).contains("(0,-)", "(9,-)", "(-,7)", "(-,8)").doesNotContain("(11,-)", "(-,12)");
      assertThat(rig.end().values()).hasSize(10).contains("(11,-)", "(-,12)");
    }

    @Test
    void isLateByTheStamp() {
      var rig =
          new OperatorRig(Operators.joining(new Pairing.InWindow(Windows.tumbling(nanos(10)).lateness(nanos(5)), MANY),
          Unmatched.BOTH, PAIR));
      left(rig, "a", 1, 1, 14);
      left(rig, "a", 2, 2, 15);
      assertThat(rig.late()).containsExactly(2);
      assertThat(rig.progress(14).values()).isEmpty();
      assertThat(rig.progress(15).values()).containsExactly("(1,-)");
    }

    @Test
    void mayBeSeveralThatOverlap() {
      var rig = new OperatorRig(Operators.joining(new Pairing.InWindow(Windows.sliding(nanos(10), nanos(5)), MANY),
          Unmatched.NONE, PAIR));
      left(rig, "a", 6, 6, Times.NEVER);
      right(rig, "a", 7, 7, Times.NEVER);
      right(rig, "a", 12, 12, Times.NEVER);
      assertThat(rig.end().values()).containsExactlyInAnyOrder("(6,7)", "(6,7)", "(6,12)");
    }
  }

  /** Kafka's table of joins with a window of 15 s and 5 s of grace. */
  @Nested
  class AnInterval {
    private OperatorRig joined(Unmatched unmatched) {
      var rig = new OperatorRig(within(15, 15, 5, unmatched));
      left(rig, "k", "A", 0, Times.NEVER);
      right(rig, "k", "a", 10, Times.NEVER);
      left(rig, "k", "B", 20, 0);
      right(rig, "k", "b", 25, 10);
      left(rig, "k", "E", 45, 20);
      left(rig, "k", "F", 60, 40);
      right(rig, "k", "f", 80, 25);
      right(rig, "k", "G", 100, 80);
      return rig;
    }

    @Test
    void emitsWhatHasNoPartnerOnceWhenNoneCanCome() {
      OperatorRig left = joined(Unmatched.LEFT);
      assertThat(left.values()).containsExactlyInAnyOrder("(A,a)", "(B,a)", "(B,b)");
      assertThat(left.progress(65).values()).doesNotContain("(E,-)");
      assertThat(left.progress(66).values()).contains("(E,-)").doesNotContain("(F,-)");
      assertThat(left.progress(81).values()).contains("(F,-)");
      assertThat(left.end().values()).containsExactlyInAnyOrder("(A,a)", "(B,a)", "(B,b)", "(E,-)", "(F,-)");
      assertThat(joined(Unmatched.BOTH).end().values())
          .containsExactlyInAnyOrder("(A,a)", "(B,a)", "(B,b)", "(E,-)", "(F,-)", "(-,f)", "(-,G)");
    }

    @Test
    void takesAPartnerThatIsNotLateAtTheVeryEnd() {
      var rig = new OperatorRig(within(0, 15, 5, Unmatched.LEFT));
      left(rig, "k", "L", 10, Times.NEVER).progress(30);
      right(rig, "k", "r", 25, 30);
      assertThat(rig.end().values()).containsExactly("(L,r)");
    }

    @Test
    void stampsAPairWithTheLaterOfBoth() {
      var rig = new OperatorRig(within(5, 5, 0, Unmatched.LEFT));
      left(rig, "k", "L", 10, 8);
      right(rig, "k", "r", 9, 3);
      left(rig, "x", "M", 11, 8).end();
      assertThat(rig.out).containsExactly(new OperatorRig.Out("(L,r)", "k", 10, 8),
          new OperatorRig.Out("(M,-)", "x", 11, 11));
    }

    @Test
    void keepsNothingThatIsOver() {
      var joining = (Joining) within(5, 5, 0, Unmatched.BOTH);
      var rig = new OperatorRig(joining);
      for (int i = 0; i < 10_000; i++) {
        left(rig, i % 7, i, i, i - 1);
        right(rig, i % 5, i, i, i - 1).progress(i);
      }
      assertThat(((Joining) rig.operator()).rowsKept()).isLessThan(50);
    }

    @Test
    void matchesWhatIsDefined() {
      for (int seed = 0; seed < 60; seed++) {
        for (Unmatched unmatched : Unmatched.values()) {
          var random = new Random(seed);
          List<Row> rows = rows(random);
          int before = random.nextInt(6);
          int after = random.nextInt(6);
          Set<List<Object>> results = new HashSet<>();
          for (int run = 0; run < 10; run++) results.add(run(rows, before, after, unmatched,
              new Random(seed * 31L + run)));
          assertThat(results).as("seed %d, %s", seed, unmatched)
              .containsExactly(byDefinition(rows, before, after, unmatched));
        }
      }
    }

    private record Row(boolean isLeft, int id, int key, long t, long w) {}

    /** Each side is stamped by itself, in its own order. */
    private static List<Row> rows(Random random) {
      List<Row> rows = new ArrayList<>();
      for (boolean isLeft : new boolean[] {true, false}) {
        long latest = Times.NEVER;
        long now = 0;
        for (int i = 0; i < 40; i++) {
          now += random.nextInt(4);
          long t = Math.max(0, now - random.nextInt(8));
          rows.add(new Row(isLeft, i, random.nextInt(3), t, Times.minus(latest, 5)));
          latest = Math.max(latest, t);
        }
      }
      return rows;
    }

    private static List<Object> run(List<Row> rows, int before, int after, Unmatched unmatched, Random random) {
      var rig = new OperatorRig(within(before, after, 0, unmatched), random);
      var inputs = new Inputs(List.of("left", "right"));
      List<List<Row>> sides = List.of(rows.stream().filter(Row::isLeft).toList(),
          rows.stream().filter(row -> !row.isLeft()).toList());
      int[] taken = new int[2];
      while (taken[0] < 40 || taken[1] < 40) {
        int side = taken[0] == 40 ? 1 : taken[1] == 40 ? 0 : random.nextInt(2);
        Row row = sides.get(side).get(taken[side]++);
        inputs.progress(side, row.w(), false);
        rig.progress(inputs.current());
        if (row.isLeft()) left(rig, row.key(), "l" + row.id(), row.t(), row.w());
        else right(rig, row.key(), "r" + row.id(), row.t(), row.w());
        if (taken[side] == 40) inputs.completed(side);
      }
      rig.end();
      assertThat(rig.refused("late after idle")).isEmpty();
      return rig.values().stream().sorted().toList();
    }

    private static List<Object> byDefinition(List<Row> rows, int before, int after, Unmatched unmatched) {
      List<Object> expected = new ArrayList<>();
      List<Row> accepted = rows.stream().filter(row -> row.t() >= row.w()).toList();
      Set<Row> paired = new HashSet<>();
      for (Row l : accepted) {
        for (Row r : accepted) {
          if (!l.isLeft() || r.isLeft() || l.key() != r.key() || r.t() < l.t() - before
              || r.t() > l.t() + after) continue;
          expected.add("(l" + l.id() + ",r" + r.id() + ")");
          paired.add(l);
          paired.add(r);
        }
      }
      for (Row row : accepted) {
        if (paired.contains(row)) continue;
        if (row.isLeft() && (unmatched == Unmatched.LEFT || unmatched == Unmatched.BOTH)) expected.add("(l" + row.id()
            + ",-)");
        if (!row.isLeft() && (unmatched == Unmatched.RIGHT || unmatched == Unmatched.BOTH)) expected.add("(-,r"
            + row.id() + ")");
      }
      return expected.stream().sorted().toList();
    }
  }

  @Nested
  class AJoinThatIsFull {
    private OperatorRig three(Bound bound) {
      var rig = new OperatorRig(Operators.joining(new Pairing.Whole(bound), Unmatched.LEFT, PAIR));
      left(rig, 1, "a", 0, 0);
      left(rig, 2, "b", 0, 0);
      left(rig, 3, "c", 0, 0);
      return rig;
    }

    @Test
    void makesADeadLetterOfTheNew() {
      OperatorRig rig = three(Bound.rows(2));
      assertThat(rig.refused("dead letter")).containsExactly("c");
      assertThat(rig.end().values()).containsExactly("(a,-)", "(b,-)");
    }

    @Test
    void forgetsTheOldestAsIfItHadNeverBeenThere() {
      OperatorRig rig = three(Bound.rows(2).forgettingOldest());
      assertThat(rig.refused("dropped")).containsExactly("a");
      assertThat(rig.end().values()).containsExactly("(b,-)", "(c,-)");
    }

    @Test
    void crashesIfTheBoundSaysSo() {
      assertThatThrownBy(() -> three(Bound.rows(2).crashing())).isInstanceOf(BoundFullError.class)
          .hasMessageContaining("2 rows");
    }
  }

  @Nested
  class ATable {
    @Test
    void isLoadedBeforeTheFirstElementIsTaken() throws Exception {
      var table = Operators.lookingUp(Reading.LOADED_FIRST, MANY, PAIR);
      assertThat(table.isOpen(0)).isFalse();
      var rig = new OperatorRig(table);
      right(rig, "k", "old", 0, 0);
      right(rig, "k", "new", 0, 0).commit();
      assertThatThrownBy(() -> left(rig, "k", "early", 0, 0)).hasMessageContaining("before the table was loaded");
      table.inputEnded(1, rig);
      assertThat(table.isOpen(0)).isTrue();
      left(rig, "k", "x", 0, 0);
      left(rig, "?", "y", 0, 0);
      assertThat(rig.values()).containsExactly("(x,new)", "(y,-)");
    }

    @Test
    void isWhatIsThereWhereTheLatestCounts() {
      var rig = new OperatorRig(Operators.lookingUp(Reading.LATEST, Bound.rows(1).forgettingOldest(), PAIR));
      left(rig, "k", "x", 0, 0);
      right(rig, "k", "row", 0, 0);
      left(rig, "k", "y", 0, 0);
      right(rig, "other", "row", 0, 0);
      left(rig, "k", "z", 0, 0);
      assertThat(rig.values()).containsExactly("(x,-)", "(y,row)", "(z,-)");
      assertThat(rig.refused("dropped")).containsExactly("row");
    }

    @Test
    void asOfEventTimeLetsElementsWaitForTheirRow() {
      var table = Operators.lookingUp(Reading.AS_OF, MANY, PAIR);
      var rig = new OperatorRig(table).withRoom(1);
      left(rig, "k", "x", 10, Times.NEVER);
      left(rig, "k", "y", 5, Times.NEVER);
      right(rig, "k", "at 3", 3, Times.NEVER);
      right(rig, "k", "at 12", 12, 2);
      right(rig, "k", "at 8", 8, 3).commit();
      assertThat(rig.values()).isEmpty();
      assertThat(table.vouchesFor(8)).isEqualTo(Times.NEVER);
      inputProgress(rig, table, 10);
      assertThat(rig.values()).containsExactly("(y,at 3)");
      inputProgress(rig, table, 11);
      assertThat(rig.values()).containsExactly("(y,at 3)", "(x,at 8)");
      assertThat(table.vouchesFor(8)).isEqualTo(8);
    }

    private static void inputProgress(OperatorRig rig, SeveralInputs<Object> table, long c) {
      rig.commit();
      try {
        for (boolean isDone = table.inputProgress(1, c, rig); !isDone; isDone = table.resume(rig)) rig.commit();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }

    @Test
    void asOfEventTimeHasOneResultHoweverTheTwoInterleave() {
      for (int seed = 0; seed < 100; seed++) {
        Set<List<Object>> results = new HashSet<>();
        for (int run = 0; run < 20; run++) {
          var choices = new Random(seed * 101L + run);
          var data = new Random(seed);
          var table = Operators.lookingUp(Reading.AS_OF, MANY, PAIR);
          var rig = new OperatorRig(table);
          long[] next = new long[2];
          long[] w = {Times.NEVER, Times.NEVER};
          long[][] times = new long[2][50];
          for (long[] side : times) for (int i = 0; i < 50; i++) side[i] = (i == 0 ? 0 : side[i - 1]) + data.nextInt(3);
          while (next[0] < 50 || next[1] < 50) {
            int side = next[0] == 50 ? 1 : next[1] == 50 ? 0 : choices.nextInt(2);
            int i = (int) next[side]++;
            long t = times[side][i];
            if (side == 0) left(rig, i % 3, "e" + i, t, w[0]);
            else right(rig, i % 3, "r" + i, t, w[1]);
            w[side] = t;
            if (side == 1) inputProgress(rig, table, t);
            rig.progress(Math.min(w[0], w[1]));
          }
          results.add(rig.end().values().stream().sorted().toList());
        }
        assertThat(results).as("seed %d", seed).hasSize(1);
      }
    }
  }

  @Nested
  class InputsThatAreWaitedFor {
    @Test
    void areZippedAndTheOneAheadIsClosed() {
      var zip = Operators.zipping(PAIR);
      var rig = new OperatorRig(zip);
      left(rig, null, 1, 0, 0);
      assertThat(zip.isOpen(0)).isFalse();
      assertThat(zip.isOpen(1)).isTrue();
      left(rig, null, 2, 0, 0);
      left(rig, null, 3, 0, 0);
      right(rig, null, "a", 0, 0);
      right(rig, null, "b", 0, 0).commit();
      ended(zip, rig, 1);
      assertThat(zip.isDone()).isTrue();
      assertThat(rig.end().values()).containsExactly("(1,a)", "(2,b)");
      assertThat(rig.refused("dropped")).containsExactly(3);
    }

    @Test
    void areMergedInOrderAlsoWithLittleRoom() {
      for (int seed = 0; seed < 100; seed++) {
        var random = new Random(seed);
        int inputs = 1 + random.nextInt(4);
        var merge = Operators.mergingSorted(inputs, Comparator.comparingInt(value -> (Integer) value));
        var rig = new OperatorRig(merge, random);
        List<List<Integer>> sorted = new ArrayList<>();
        List<Object> all = new ArrayList<>();
        for (int i = 0; i < inputs; i++) {
          List<Integer> one = random.ints(random.nextInt(30), 0, 20).sorted().boxed().toList();
          sorted.add(new ArrayList<>(one));
          all.addAll(one);
        }
        boolean[] isOver = new boolean[inputs];
        int left = inputs;
        while (left > 0) {
          int input = random.nextInt(inputs);
          if (isOver[input] || !((SeveralInputs<Object>) rig.operator()).isOpen(input)) continue;
          if (!sorted.get(input).isEmpty()) {
            rig.element(operator -> side(operator, input), null, sorted.get(input).removeFirst(), 0, 0);
            continue;
          }
          rig.commit();
          ended((SeveralInputs<Object>) rig.operator(), rig, input);
          isOver[input] = true;
          left--;
        }
        assertThat(rig.end().values()).as("seed %d", seed).isEqualTo(all.stream()
            .sorted(Comparator.comparingInt(value -> (Integer) value)).toList());
      }
    }

    private static void ended(SeveralInputs<Object> operator, OperatorRig rig, int input) {
      try {
        for (boolean isDone = operator.inputEnded(input, rig); !isDone; isDone = operator.resume(rig)) rig.commit();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
      rig.commit();
    }
  }
}
