package stage.runtime.pipeline.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static stage.runtime.pipeline.operator.TestWindows.COUNT;
import static stage.runtime.pipeline.operator.TestWindows.LIST;
import static stage.runtime.pipeline.operator.TestWindows.SUM;
import static stage.runtime.pipeline.operator.TestWindows.nanos;
import static stage.runtime.pipeline.operator.TestWindows.panes;
import static stage.runtime.pipeline.operator.TestWindows.source;

import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.pipeline.All;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Pane;
import stage.api.pipeline.Windows;
import stage.api.pipeline.plan.Reducing;

class WindowsTest {
  /** Window assignment as Beam's own tests have it. */
  @Nested
  class ElementsAreAssigned {
    @Test
    void toSessionsThatGrowTogether() {
      OperatorRig rig =
          source(TestWindows.of(Windows.sessions(nanos(10)), LIST), 1_000, 1, 15, 30, 100, 101, 95, 22, 10);
      assertThat(panes(rig.end())).containsExactly("[1,40)=[1, 10, 15, 22, 30]", "[95,111)=[95, 100, 101]");
    }

    @Test
    void toEachSlidingWindow() {
      OperatorRig rig = source(TestWindows.of(Windows.sliding(nanos(7), nanos(5)), LIST), 1_000, 1, 2, 5, 9, 10, 11);
      assertThat(panes(rig.end())).containsExactly("[-5,2)=[1]", "[0,7)=[1, 2, 5]", "[5,12)=[5, 9, 10, 11]",
          "[10,17)=[10, 11]");
    }

    @Test
    void toNoneBetweenTwo() {
      OperatorRig rig =
          source(TestWindows.of(Windows.sliding(nanos(3), nanos(10)), LIST), 1_000, 1, 2, 3, 5, 9, 10, 11);
      assertThat(panes(rig.end())).containsExactly("[0,3)=[1, 2]", "[10,13)=[10, 11]");
      assertThat(rig.refused("filtered")).containsExactly(3L, 5L, 9L);
    }

    @Test
    void toTumblingOnesFromTheOffsetOnAlsoBeforeTheEpoch() {
      OperatorRig rig =
          source(TestWindows.of(Windows.tumbling(nanos(10)).offset(nanos(3)), LIST), 1_000, -8, -7, 2, 3, 12, 13);
      assertThat(panes(rig.end())).containsExactly("[-17,-7)=[-8]", "[-7,3)=[2, -7]", "[3,13)=[3, 12]", "[13,23)=[13]");
    }

    @Test
    void toSlidingOnesAsByHandWhateverTheSizes() {
      var random = new Random(1);
      for (int round = 0; round < 200; round++) {
        int size = 1 + random.nextInt(20);
        int every = 1 + random.nextInt(20);
        var assigner = new Assigner.Fixed(size, every, random.nextInt(5));
        for (int t = -40; t < 40; t++) {
          List<Long> starts = new ArrayList<>();
          for (long s = assigner.firstStart(t); s <= t; s = assigner.next(s)) if (t < assigner.end(s)) starts.add(s);
          List<Long> byHand = new ArrayList<>();
          for (long s = -100; s <= t; s++) if (Math.floorMod(s - assigner.offset(), every) == 0
              && t < s + size) byHand.add(s);
          assertThat(starts).as("size %d every %d t %d", size, every, t).isEqualTo(byHand);
        }
      }
    }
  }

  @Nested
  class TumblingWindows {
    private OperatorRig oneToHundred(int room) {
      var rig = new OperatorRig(TestWindows.of(Windows.tumbling(nanos(50)).offset(nanos(1)), SUM)).withRoom(room);
      for (long i = 1; i <= 100; i++) rig.element(All.ALL, i, i, i == 1 ? Times.NEVER : i - 1);
      return rig;
    }

    @Test
    void sumUpTheSameWhateverRoomThereIs() {
      for (int room : new int[] {1, 2, 1_000}) assertThat(panes(oneToHundred(room).end()))
          .containsExactly("[1,51)=1275", "[51,101)=3775");
    }

    @Test
    void fireWhenTheProgressHasReachedTheirEnd() {
      OperatorRig rig = oneToHundred(10);
      assertThat(panes(rig.progress(50))).isEmpty();
      assertThat(panes(rig.progress(51))).containsExactly("[1,51)=1275");
      assertThat(rig.out.getFirst()).isEqualTo(new OperatorRig.Out(rig.values().getFirst(), All.ALL, 50, 50));
    }

    @Test
    void fireByEndAndStartAndKeysByFirstArrival() {
      var rig = new OperatorRig(TestWindows.of(Windows.sliding(nanos(20), nanos(10)), COUNT)).withRoom(1);
      rig.element("b", 1, 25, Times.NEVER).element("a", 1, 5, Times.NEVER).element("c", 1, 5, Times.NEVER)
          .element("a", 1, 25, Times.NEVER);
      assertThat(panes(rig.progress(1_000))).containsExactly(
          "a@[-10,10)=1", "c@[-10,10)=1", "a@[0,20)=1", "c@[0,20)=1", "b@[10,30)=1", "a@[10,30)=1", "b@[20,40)=1",
              "a@[20,40)=1");
    }

    @Test
    void takeWhatIsLateWithinTheLatenessIntoTheirOneResult() {
      OperatorRig strict = source(TestWindows.of(Windows.tumbling(nanos(10)), LIST), 0, 1, 12, 3);
      assertThat(panes(strict.end())).containsExactly("[0,10)=[1]", "[10,20)=[12]");
      assertThat(strict.late()).containsExactly(3L);
      OperatorRig patient = source(TestWindows.of(Windows.tumbling(nanos(10)).lateness(nanos(5)), LIST), 0, 1, 12, 3);
      assertThat(panes(patient.progress(12))).isEmpty();
      assertThat(panes(patient.progress(15))).containsExactly("[0,10)=[1, 3]");
    }

    @Test
    void areLateByTheStampEvenIfTheyHaveNotFired() {
      var rig = new OperatorRig(TestWindows.of(Windows.tumbling(nanos(10)), LIST));
      rig.element(All.ALL, 1L, 1, 0).element(All.ALL, 2L, 2, 10);
      assertThat(rig.late()).containsExactly(2L);
    }

    @Test
    void takeAnElementIntoThoseOfItsWindowsThatAreOpen() {
      var rig = new OperatorRig(TestWindows.of(Windows.sliding(nanos(10), nanos(5)), LIST));
      rig.element(All.ALL, 6L, 6, 9).element(All.ALL, 7L, 7, 11).element(All.ALL, 8L, 8, 15);
      assertThat(panes(rig.end())).containsExactly("[0,10)=[6]", "[5,15)=[6, 7]");
      assertThat(rig.late()).containsExactly(8L);
    }

    @Test
    void countApartWhatIsLateBecauseASourceWasIdle() {
      var rig = new OperatorRig(TestWindows.of(Windows.tumbling(nanos(10)), LIST));
      rig.element(All.ALL, 1L, 1, 0).progress(10).element(All.ALL, 2L, 2, 0);
      assertThat(rig.refused("late after idle")).containsExactly(2L);
      assertThat(panes(rig)).containsExactly("[0,10)=[1]");
    }

    @Test
    void areCutByADrainUnlessTheyWereOver() {
      var rig = new OperatorRig(TestWindows.of(Windows.tumbling(nanos(10)).lateness(nanos(5)), LIST));
      rig.element(All.ALL, 1L, 1, 0).element(All.ALL, 12L, 12, 1).progress(12);
      assertThat(panes(rig.end(true))).containsExactly("[0,10)=[1]", "[10,20)=[12] CUT");
    }

    @Test
    void vouchForNoMoreThanWhatTheyHaveStillToEmit() {
      var operator = TestWindows.of(Windows.tumbling(nanos(10)).lateness(nanos(5)), COUNT);
      assertThat(operator.vouchesFor(100)).isEqualTo(95);
      assertThat(operator.vouchesFor(Times.NEVER)).isEqualTo(Times.NEVER);
    }

    @Test
    void haveEarlyPanesAfterSoManyElements() {
      var rig = new OperatorRig(TestWindows.of(Windows.tumbling(nanos(1_000)), SUM, 10, null));
      for (long i = 1; i <= 100; i++) rig.element(All.ALL, i, i, i - 1);
      List<String> sums = panes(rig);
      assertThat(sums).containsExactlyElementsOf(
          LongStream.of(55, 210, 465, 820, 1275, 1830, 2485, 3240, 4095, 5050)
              .mapToObj(sum -> "[0,1000)=" + sum + " EARLY").toList());
      assertThat(panes(rig.end())).hasSize(11).last().isEqualTo("[0,1000)=5050");
    }

    @Test
    void haveEarlyPanesOnceInATimeByTheClock() {
      var rig = new OperatorRig(TestWindows.of(Windows.tumbling(nanos(100)), COUNT, 0, nanos(7))).withRoom(1);
      rig.clock(50).element("a", 1, 1, 0).element("b", 1, 1, 0).element("a", 1, 150, 0);
      assertThat(panes(rig.clock(56))).isEmpty();
      assertThat(panes(rig.clock(57))).containsExactly("a@[0,100)=1 EARLY", "b@[0,100)=1 EARLY", "a@[100,200)=1 EARLY");
      rig.element("a", 1, 151, 0).element("b", 1, 2, 0).progress(100);
      assertThat(panes(rig.clock(64))).hasSize(6).endsWith("a@[0,100)=1", "b@[0,100)=2", "a@[100,200)=2 EARLY");
    }

    @Test
    void haveNoEarlyPanesAndNoTimerWhileNothingComes() {
      var rig = new OperatorRig(TestWindows.of(Windows.tumbling(nanos(100)), COUNT, 0, nanos(7)));
      rig.clock(50).element("a", 1, 1, 0).element("a", 1, 150, 0).clock(57);
      assertThat(panes(rig)).hasSize(2);
      assertThat(rig.operator().nextTimer()).isEqualTo(Operator.NO_TIMER);
      rig.clock(90).element("a", 1, 151, 0).clock(97);
      assertThat(panes(rig)).hasSize(3).last().isEqualTo("a@[100,200)=2 EARLY");
      assertThat(rig.operator().nextTimer()).isEqualTo(Operator.NO_TIMER);
    }

    @Test
    void ofACountHaveEarlyPanesByTheClock() {
      var rig = new OperatorRig(TestWindows.of(Windows.count(3), COUNT, 0, nanos(7))).withRoom(1);
      rig.clock(50).element("a", 1, 1, 0).element("b", 1, 2, 0);
      assertThat(panes(rig.clock(57))).containsExactly("a@[1,2)=1 EARLY", "b@[2,3)=1 EARLY");
      assertThat(rig.operator().nextTimer()).isEqualTo(Operator.NO_TIMER);
      rig.clock(60).element("a", 1, 3, 0).element("b", 1, 4, 0).element("b", 1, 5, 0);
      assertThat(panes(rig.clock(67))).hasSize(4).endsWith("b@[2,6)=3", "a@[1,4)=2 EARLY");
      assertThat(panes(rig.end())).hasSize(5).last().isEqualTo("a@[1,4)=2");
    }

    @Test
    void settleAResultThatCannotBeMade() {
      var how = new Reducing.Aggregate(0L, (sum, value) -> (Long) sum + (Long) value, null, sum -> {
        if ((Long) sum == 3) throw new IllegalStateException("three");
        return sum;
      });
      var rig = new OperatorRig(TestWindows.of(Windows.tumbling(nanos(10)), how));
      rig.element("a", 3L, 1, 0).element("b", 4L, 1, 0);
      rig.failuresToRetry = 2;
      assertThat(panes(rig.end())).containsExactly("b@[0,10)=4");
      assertThat(rig.failuresToRetry).isEqualTo(-1);
      assertThat(rig.settled).hasMessage("three");
    }
  }

  @Nested
  class SessionWindowsWithLateness {
    @Test
    void fireAfterTheLatenessAndTakeNothingEarlierThan() {
      var rig = new OperatorRig(TestWindows.of(Windows.sessions(nanos(10)).lateness(nanos(5)), LIST));
      rig.element(All.ALL, 1L, 1, Times.NEVER).progress(14);
      assertThat(panes(rig)).isEmpty();
      rig.element(All.ALL, 9L, 9, 14).element(All.ALL, 8L, 8, 14);
      assertThat(rig.late()).containsExactly(8L);
      assertThat(panes(rig.progress(23))).isEmpty();
      assertThat(panes(rig.progress(24))).containsExactly("[1,19)=[1, 9]");
    }

    @Test
    void ofWhichTheGapIsExactlyThereAreTwo() {
      OperatorRig rig = source(TestWindows.of(Windows.sessions(nanos(10)), LIST), 100, 0, 10, 19);
      assertThat(panes(rig.end())).containsExactly("[0,10)=[0]", "[10,29)=[10, 19]");
    }

    @Test
    void needAMerge() {
      var how = new Reducing.Aggregate(0L, (sum, value) -> (Long) sum + 1, null, sum -> sum);
      var rig = new OperatorRig(TestWindows.of(Windows.sessions(nanos(10)), how));
      rig.element("a", 1, 1, 0).element("a", 1, 15, 0);
      assertThatThrownBy(() -> rig.element("a", 1, 8, 0)).hasMessageContaining("merge");
    }
  }

  @Nested
  class CalendarWindows {
    private List<String> windows(ChronoUnit unit, String zone, String... times) {
      var rig = new OperatorRig(TestWindows.of(Windows.calendar(unit, ZoneId.of(zone)), COUNT));
      for (String time : times) rig.element(All.ALL, 1, Times.nanos(Instant.parse(time)), Times.NEVER);
      List<String> windows = new ArrayList<>();
      for (Object pane : rig.end().values()) {
        var window = ((Pane<?, ?>) pane).window();
        windows.add(window.start() + "/" + window.end() + "=" + ((Pane<?, ?>) pane).value());
      }
      return windows;
    }

    @Test
    void areDaysOf23And25HoursWhereClocksChange() {
      assertThat(windows(ChronoUnit.DAYS, "Europe/Berlin", "2026-03-29T00:30:00Z", "2026-03-29T21:59:59Z",
          "2026-03-29T22:00:00Z"))
          .containsExactly("2026-03-28T23:00:00Z/2026-03-29T22:00:00Z=2",
              "2026-03-29T22:00:00Z/2026-03-30T22:00:00Z=1");
      assertThat(windows(ChronoUnit.DAYS, "Europe/Berlin", "2026-10-25T22:59:59Z"))
          .containsExactly("2026-10-24T22:00:00Z/2026-10-25T23:00:00Z=1");
    }

    @Test
    void areWeeksFromMondayMonthsAndYears() {
      assertThat(windows(ChronoUnit.WEEKS, "UTC", "2026-11-29T23:59:59Z", "2026-11-30T00:00:00Z"))
          .containsExactly("2026-11-23T00:00:00Z/2026-11-30T00:00:00Z=1",
              "2026-11-30T00:00:00Z/2026-12-07T00:00:00Z=1");
      assertThat(windows(ChronoUnit.MONTHS, "UTC", "2024-02-29T12:00:00Z"))
          .containsExactly("2024-02-01T00:00:00Z/2024-03-01T00:00:00Z=1");
      assertThat(windows(ChronoUnit.YEARS, "America/New_York", "2025-01-01T04:59:59Z"))
          .containsExactly("2024-01-01T05:00:00Z/2025-01-01T05:00:00Z=1");
    }

    @Test
    void areHoursThatAChangeOfHalfAnHourCutsInTwo() {
      // Lord Howe: at 02:00 (+11) back to 01:30 (+10:30), 2026-04-04T15:00Z.
      assertThat(windows(ChronoUnit.HOURS, "Australia/Lord_Howe", "2026-04-04T14:50:00Z", "2026-04-04T15:10:00Z",
          "2026-04-04T15:30:00Z"))
          .containsExactly("2026-04-04T14:00:00Z/2026-04-04T15:00:00Z=1", "2026-04-04T15:00:00Z/2026-04-04T15:30:00Z=1",
              "2026-04-04T15:30:00Z/2026-04-04T16:30:00Z=1");
    }

    @Test
    void coverAllTimeWithoutAGapInEveryZoneAndUnit() {
      for (String zone : List.of("Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo",
          "Asia/Kathmandu", "Africa/Cairo")) {
        for (ChronoUnit unit : List.of(ChronoUnit.HOURS, ChronoUnit.DAYS, ChronoUnit.WEEKS, ChronoUnit.MONTHS,
            ChronoUnit.YEARS)) {
          var assigner = new Assigner.Calendar(unit, ZoneId.of(zone));
          long t = Times.nanos(Instant.parse("2011-12-01T10:17:00Z"));
          for (int i = 0; i < (unit == ChronoUnit.YEARS ? 200 : 800); i++) {
            long start = assigner.firstStart(t);
            long end = assigner.end(start);
            assertThat(start).as("%s %s", zone, unit).isLessThanOrEqualTo(t);
            assertThat(end).as("%s %s", zone, unit).isGreaterThan(t);
            assertThat(assigner.firstStart(end - 1)).as("%s %s", zone, unit).isEqualTo(start);
            assertThat(assigner.firstStart(end)).as("%s %s", zone, unit).isEqualTo(end);
            t = unit == ChronoUnit.HOURS || unit == ChronoUnit.DAYS ? end : end + 17;
          }
        }
      }
    }
  }

  @Nested
  class CountWindowsOfTen {
    private OperatorRig oneTo(int last) {
      var rig = new OperatorRig(TestWindows.of(Windows.count(10), SUM));
      for (long i = 1; i <= last; i++) rig.element(All.ALL, i, i, i - 1);
      return rig;
    }

    @Test
    void haveNoEmptyOneAtTheEnd() {
      List<Object> sums = oneTo(100).end().values().stream().<Object>map(pane -> ((Pane<?, ?>) pane).value()).toList();
      assertThat(sums).containsExactly(55L, 155L, 255L, 355L, 455L, 555L, 655L, 755L, 855L, 955L);
    }

    @Test
    void endWithWhatIsLeft() {
      assertThat(panes(oneTo(12).end())).containsExactly("[1,11)=55", "[11,13)=23");
      assertThat(panes(oneTo(12).end(true))).containsExactly("[1,11)=55", "[11,13)=23 CUT");
    }
  }

  @Nested
  class ClockWindows {
    @Test
    void fireByTheClockAndAreArmedFromState() {
      var rig = new OperatorRig(TestWindows.of(Windows.byClock(nanos(10)), COUNT));
      rig.clock(3).element("a", 1, Times.NEVER, Times.NEVER).commit();
      assertThat(rig.operator().nextTimer()).isEqualTo(10);
      assertThat(rig.operator().successor().nextTimer()).as("after a restart").isEqualTo(10);
      rig.clock(9).element("a", 1, Times.NEVER, Times.NEVER);
      assertThat(panes(rig.clock(10))).containsExactly("a@[0,10)=2");
      assertThat(rig.operator().nextTimer()).isEqualTo(Operator.NO_TIMER);
      rig.element("a", 1, Times.NEVER, Times.NEVER);
      assertThat(panes(rig.end(true))).last().isEqualTo("a@[10,20)=1 CUT");
    }
  }

  @Nested
  class ListsOfElements {
    private OperatorRig three(Bound bound) {
      var rig = new OperatorRig(TestWindows.of(Windows.tumbling(nanos(10)), new Reducing.ToList(bound)));
      return rig.element("a", 1L, 1, 0).element("b", 2L, 2, 0).element("a", 3L, 3, 0);
    }

    @Test
    void areBoundedOverAllKeysAndWindows() {
      OperatorRig rig = three(Bound.rows(2));
      assertThat(rig.refused("dead letter")).containsExactly(3L);
      assertThat(rig.settled).hasMessageContaining("holds 2 rows");
      rig.progress(10).element("a", 12L, 12, 0);
      assertThat(panes(rig.end())).as("what has fired makes room")
          .containsExactly("a@[0,10)=[1]", "b@[0,10)=[2]", "a@[10,20)=[12]");
    }

    @Test
    void forgetTheOldestIfTheBoundSaysSo() {
      assertThat(panes(three(Bound.rows(2).forgettingOldest()).end())).containsExactly("a@[0,10)=[3]", "b@[0,10)=[2]");
    }

    @Test
    void crashIfTheBoundSaysSo() {
      assertThatThrownBy(() -> three(Bound.rows(2).crashing())).isInstanceOf(BoundFullError.class);
    }

    @Test
    void ofSessionsAreBoundedToo() {
      var rig = new OperatorRig(
          TestWindows.of(Windows.sessions(nanos(10)), new Reducing.ToList(Bound.rows(2).forgettingOldest())));
      rig.element("a", 1L, 1, 0).element("b", 2L, 2, 0).element("a", 3L, 3, 0);
      assertThat(panes(rig.end())).containsExactly("b@[2,12)=[2]", "a@[1,13)=[3]");
    }

    @Test
    void ofANumberAreBoundedToo() {
      var rig = new OperatorRig(TestWindows.of(Windows.count(2), new Reducing.ToList(Bound.rows(2))));
      rig.element("a", 1L, 1, 0).element("b", 2L, 2, 0).element("c", 3L, 3, 0);
      assertThat(rig.refused("dead letter")).containsExactly(3L);
      rig.element("a", 4L, 4, 0).element("c", 5L, 5, 0);
      assertThat(panes(rig.end())).as("one that fills its window needs no room, and makes some")
          .containsExactly("a@[1,5)=[1, 4]", "b@[2,3)=[2]", "c@[5,6)=[5]");
    }

    @Test
    void ofANumberForgetTheOldestOfAllKeys() {
      var rig = new OperatorRig(
          TestWindows.of(Windows.count(2), new Reducing.ToList(Bound.rows(2).forgettingOldest())));
      rig.element("a", 1L, 1, 0).element("a", 2L, 2, 0);   // full, and forgotten about
      rig.element("b", 3L, 3, 0).element("a", 4L, 4, 0).element("c", 5L, 5, 0).element("a", 6L, 6, 0);
      assertThat(panes(rig.end())).containsExactly("a@[1,3)=[1, 2]", "a@[4,7)=[4, 6]", "c@[5,6)=[5]");
      assertThat(rig.refused("dropped")).containsExactly(3L);
    }

    @Test
    void ofWhichAllWereForgottenAreNone() {
      for (Windows windows : List.of(Windows.tumbling(nanos(10)), Windows.sessions(nanos(10)), Windows.count(2))) {
        var rig = new OperatorRig(TestWindows.of(windows, new Reducing.ToList(Bound.rows(1).forgettingOldest())));
        rig.element("a", 1L, 1, 0).element("b", 2L, 2, 0);
        assertThat(rig.end().values()).as("%s", windows).singleElement().extracting(pane -> ((Pane<?, ?>) pane).key())
            .isEqualTo("b");
        assertThat(rig.refused("dropped")).as("%s", windows).containsExactly(1L);
      }
    }

    @Test
    void comeToTheSameWhateverIsUndoneAndRedelivered() {
      for (Windows windows : List.of(Windows.tumbling(nanos(50)), Windows.sessions(nanos(5)), Windows.count(3))) {
        var how = new Reducing.ToList(Bound.rows(6).forgettingOldest());
        List<String> calm = panes(hundred(new OperatorRig(TestWindows.of(windows, how))));
        for (int seed = 0; seed < 50; seed++) {
          assertThat(panes(hundred(new OperatorRig(TestWindows.of(windows, how), new Random(seed)))))
              .as("%s, seed %d", windows, seed).containsExactlyInAnyOrderElementsOf(calm);
        }
      }
    }

    private OperatorRig hundred(OperatorRig rig) {
      var random = new Random(7);
      for (long i = 0; i < 100; i++) rig.element("key " + random.nextInt(8), i, i, i - 1);
      return rig.end();
    }
  }
}
