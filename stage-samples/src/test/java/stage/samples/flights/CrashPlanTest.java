package stage.samples.flights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.Outlet;

class CrashPlanTest {
  private long read;
  private final List<String> reached = new ArrayList<>();

  @Nested
  class ATurn {
    @Test
    void crashesOnceItsPointIsReached() {
      CrashPlan plan = plan(200, 100);
      assertThat(plan.turn()).isSameAs(CrashingTurn.GOOD);

      read = 100;
      crash(plan.turn());
      assertThat(plan.turn()).isSameAs(CrashingTurn.GOOD);

      read = 999;
      crash(plan.turn());
      assertThat(plan.turn()).isSameAs(CrashingTurn.GOOD);
      assertThat(plan.crashes()).isEqualTo(2);
    }

    @Test
    void crashesBeforeWithinAndAfterUserCode() {
      CrashPlan plan = plan(new long[300]);
      for (int i = 0; i < 300; i++) crash(plan.turn());

      int all = 0;
      for (CrashPlan.Moment moment : List.of(CrashPlan.Moment.BEFORE, CrashPlan.Moment.WITHIN,
          CrashPlan.Moment.AFTER)) {
        assertThat(plan.crashes(moment)).isPositive();
        all += plan.crashes(moment);
      }
      assertThat(all).isEqualTo(300);
      assertThat(reached).contains("", "a", "ab", "abc");
    }

    @Test
    void crashesAfterUserCodeThatItWasToCrashWithin() {
      CrashPlan plan = plan(new long[100]);
      for (int i = 0; i < 100; i++) {
        CrashingTurn turn = plan.turn();
        assertThatThrownBy(() -> {
          turn.before();
          turn.within(List.of("never looked at"));
          turn.after();
        }).isInstanceOf(PlannedCrash.class);
      }
      assertThat(plan.crashes(CrashPlan.Moment.WITHIN)).isZero();
      assertThat(plan.crashes(CrashPlan.Moment.AFTER)).isPositive();
    }

    @Test
    void crashesBetweenTwoEmits() {
      CrashPlan plan = plan(new long[500]);
      for (int i = 0; i < 500; i++) {
        CrashingTurn turn = plan.turn();
        List<Integer> emitted = new ArrayList<>();
        assertThatThrownBy(() -> {
          turn.before();
          Outlet<Integer> out = turn.within(into(emitted::add));
          for (int event = 0; event < 1000; event++) out.emit(event);
          turn.after();
        }).isInstanceOf(PlannedCrash.class);
        reached.add(emitted.isEmpty() ? "none" : emitted.size() < 1000 ? "some" : "all");
      }
      assertThat(reached).contains("none", "some", "all");
    }
  }

  @Nested
  class ALastTurn {
    @Test
    void crashesUntilNothingIsLeft() {
      CrashPlan plan = plan(100, 200, 300);
      for (int i = 0; i < 3; i++) crash(plan.lastTurn());

      assertThat(plan.lastTurn()).isSameAs(CrashingTurn.GOOD);
    }
  }

  @Nested
  class ARestart {
    @Test
    void crashesNowAndThenAheadOfTime() {
      long[] points = new long[100];
      Arrays.fill(points, 100);
      CrashPlan plan = plan(points);
      for (int i = 0; i < 100; i++) {
        CrashingTurn restart = plan.restart();
        if (restart != CrashingTurn.GOOD) crash(restart);
      }
      assertThat(plan.restarts()).isEqualTo(100);
      assertThat(plan.crashes(CrashPlan.Moment.RESTART)).isBetween(5, 60).isEqualTo(plan.crashes());
    }

    @Test
    void isGoodWhenNothingIsLeft() {
      CrashPlan plan = plan();
      for (int i = 0; i < 50; i++) assertThat(plan.restart()).isSameAs(CrashingTurn.GOOD);
    }
  }

  private CrashPlan plan(long... points) {
    return new CrashPlan("a", points, () -> read, new SplittableRandom(4));
  }

  /** Takes a turn that must crash; keeps which of the events it came to. */
  private void crash(CrashingTurn turn) {
    StringBuilder seen = new StringBuilder();
    assertThatThrownBy(() -> {
      turn.before();
      turn.within(List.of("a", "b", "c")).forEach(seen::append);
      turn.after();
    }).isInstanceOf(PlannedCrash.class).hasMessageStartingWith("planned crash of stage a, ");
    reached.add(seen.toString());
  }

  private static Outlet<Integer> into(Consumer<Integer> events) {
    return new Outlet<>() {
      @Override
      public void emit(Integer event) {
        events.accept(event);
      }

      @Override
      public long demand() {
        return 0;
      }

      @Override
      public void complete() {}
    };
  }
}
