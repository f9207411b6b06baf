package stage.runtime.pipeline.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.pipeline.EventTime;

class EventTimeTest {
  private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");

  @Nested
  class AStamp {
    private final OperatorRig rig =
        new OperatorRig(new Stamping(EventTime.<Object>of(value -> (Instant) value).outOfOrder(Duration.ofSeconds(4))));

    private void element(Instant time) {
      rig.element(null, time, Times.NEVER, Times.NEVER);
    }

    private long lastW() {
      rig.commit();
      return rig.out.getLast().w();
    }

    @Test
    void hasTheWatermarkBeforeTheElement() {
      element(NOON);
      assertThat(lastW()).isEqualTo(Times.NEVER);
      element(NOON.plusSeconds(10));
      assertThat(lastW()).isEqualTo(Times.nanos(NOON.minusSeconds(4)));
      element(NOON.plusSeconds(3));
      assertThat(lastW()).isEqualTo(Times.nanos(NOON.plusSeconds(6)));
      assertThat(rig.out.getLast().t()).isEqualTo(Times.nanos(NOON.plusSeconds(3)));
      assertThat(rig.operator().vouchesFor(Times.NEVER)).isEqualTo(Times.nanos(NOON.plusSeconds(6)));
    }

    @Test
    void isTheSameWhenItsTurnIsRolledBackAndRedelivered() {
      element(NOON);
      rig.commit();
      element(NOON.plusSeconds(10));
      rig.rollback();
      element(NOON.plusSeconds(10));
      assertThat(lastW()).isEqualTo(Times.nanos(NOON.minusSeconds(4)));
    }

    @Test
    void isRefusedIfTheTimeIsNullAndMovesNothing() {
      element(NOON);
      assertThatThrownBy(() -> element(null)).isInstanceOf(NullPointerException.class)
          .as("without the element")
          .hasMessage("the event time must not be null, but the function of eventTime returned null");
      assertThat(rig.operator().vouchesFor(0)).isEqualTo(Times.nanos(NOON.minusSeconds(4)));
    }

    @Test
    void isRefusedIfItWouldCloseEveryWindow() {
      element(NOON);
      assertThatThrownBy(() -> element(Instant.parse("9999-12-31T23:59:59Z")))
          .hasMessageContaining("9999-12-31T23:59:59Z is out of range");
      assertThatThrownBy(() -> element(Instant.MAX)).hasMessageContaining("out of range");
      assertThatThrownBy(() -> element(Instant.MIN)).hasMessageContaining("out of range");
      assertThatThrownBy(() -> element(Instant.parse("2200-01-01T00:00:00Z")))
          .hasMessageContaining("more than 100 years after");
      assertThat(rig.operator().vouchesFor(0)).isEqualTo(Times.nanos(NOON.minusSeconds(4)));
    }
  }

  @Nested
  class TimesAsLongs {
    @Test
    void goThereAndBackAlsoBeforeTheEpoch() {
      for (String text : new String[] {"1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999999999Z",
          "1678-01-01T00:00:00.000000001Z",
          "2261-12-31T23:59:59.999999999Z"}) {
        assertThat(Times.instant(Times.nanos(Instant.parse(text)))).isEqualTo(Instant.parse(text));
      }
    }

    @Test
    void stayAtInfinityAndStopThere() {
      assertThat(Times.plus(Times.NEVER, 5)).isEqualTo(Times.NEVER);
      assertThat(Times.minus(Times.FOREVER, 5)).isEqualTo(Times.FOREVER);
      assertThat(Times.plus(Times.FOREVER - 1, 5)).isEqualTo(Times.FOREVER);
      assertThat(Times.minus(Times.NEVER + 1, 5)).isEqualTo(Times.NEVER);
    }
  }

  @Nested
  class TheProgressOfSeveralInputs {
    private final Inputs inputs = new Inputs(List.of("a", "b", "c"));

    @Test
    void isTheLeastOfTheActive() {
      assertThat(inputs.progress(0, 10, false)).isFalse();
      assertThat(inputs.progress(1, 20, false)).isFalse();
      assertThat(inputs.current()).isEqualTo(Times.NEVER);
      assertThat(inputs.progress(2, 5, false)).isTrue();
      assertThat(inputs.current()).isEqualTo(5);
    }

    @Test
    void i3LeavesOutTheIdle() {
      inputs.progress(0, 10, false);
      inputs.progress(1, 20, false);
      inputs.progress(2, Times.NEVER, true);
      assertThat(inputs.current()).isEqualTo(10);
      assertThat(inputs.isIdle()).isFalse();
    }

    @Test
    void i3IsTheMostOfTheIdleIfAllAre() {
      for (int i = 0; i < 3; i++) inputs.progress(i, 10 * i, true);
      assertThat(inputs.current()).isEqualTo(20);
      assertThat(inputs.isIdle()).isTrue();
    }

    @Test
    void i3LeavesOutTheCompletedFromTheMostOfTheIdle() {
      inputs.progress(0, 1_000, false);
      inputs.completed(0);
      inputs.progress(1, 10, true);
      inputs.progress(2, 20, true);
      assertThat(inputs.current()).isEqualTo(20);
    }

    @Test
    void i4CountsAnInputAgainAtOnceAndDoesNotFall() {
      inputs.progress(0, 10, false);
      inputs.progress(1, 20, false);
      inputs.progress(2, 5, true);
      inputs.progress(2, 5, false);
      assertThat(inputs.current()).as("never falls").isEqualTo(10);
      inputs.progress(0, 30, false);
      inputs.progress(1, 30, false);
      assertThat(inputs.current()).as("held by the one that is back").isEqualTo(10);
      inputs.progress(2, 25, false);
      assertThat(inputs.current()).isEqualTo(25);
    }

    @Test
    void isForeverOnceAllAreCompleted() {
      inputs.completed(0);
      inputs.completed(1);
      assertThat(inputs.current()).isEqualTo(Times.NEVER);
      assertThat(inputs.completed(2)).isTrue();
      assertThat(inputs.current()).isEqualTo(Times.FOREVER);
      assertThat(inputs.isIdle()).isFalse();
      assertThat(new Inputs(List.of()).current()).isEqualTo(Times.FOREVER);
    }

    @Test
    void rollsBackWithTheTurn() {
      for (int i = 0; i < 3; i++) inputs.progress(i, 10, false);
      inputs.commit();
      for (int i = 0; i < 3; i++) inputs.progress(i, 20, true);
      Inputs successor = inputs.successor();
      inputs.rollback();
      assertThat(inputs.current()).isEqualTo(10);
      assertThat(successor.current()).isEqualTo(10);
      assertThat(inputs.isIdle()).isFalse();
    }
  }

  /** As those of workers, which all learn that their source is idle, or is not, but at different times. */
  @Nested
  class InputsOfTheSameSources {
    private final Inputs inputs = new Inputs(List.of("source", "source", "other"));

    private void areIdleAt(long w) {
      inputs.progress(0, w, true);
      inputs.progress(1, w, true);
    }

    @Test
    void areIdleOnlyIfAllAre() {
      inputs.progress(2, 100, false);
      inputs.progress(0, 10, true);
      inputs.progress(1, 5, false);
      assertThat(inputs.current()).isEqualTo(5);
      inputs.progress(1, 10, true);
      assertThat(inputs.current()).as("what the other one vouches for").isEqualTo(100);
    }

    @Test
    void areWaitedForUntilTheLastOfThemKnowsThatTheSourceIsActive() {
      areIdleAt(10);
      inputs.progress(2, Times.NEVER, true);
      assertThat(inputs.current()).isEqualTo(10);
      assertThat(inputs.behind()).isEqualTo(-1);
      inputs.progress(0, 50, false);
      assertThat(inputs.current()).as("the other worker has not passed on what the source has emitted").isEqualTo(10);
      assertThat(inputs.isIdle()).isFalse();
      assertThat(inputs.behind()).isEqualTo(1);
      inputs.progress(1, 50, false);
      assertThat(inputs.current()).isEqualTo(50);
    }

    @Test
    void vouchForWhatTheLastOfThemDoesWhileAllAreIdle() {
      areIdleAt(10);
      inputs.progress(2, 20, true);
      assertThat(inputs.current()).as("the most of both sources").isEqualTo(20);
      inputs.progress(0, 50, true);
      assertThat(inputs.current()).as("the source was active in between").isEqualTo(20);
      inputs.progress(1, 50, true);
      assertThat(inputs.current()).isEqualTo(50);
    }

    @Test
    void areNotHeldUpByOneThatIsCompleted() {
      areIdleAt(10);
      inputs.progress(2, 20, false);
      inputs.completed(0);
      assertThat(inputs.current()).isEqualTo(20);
      inputs.progress(1, 15, true);
      inputs.completed(2);
      assertThat(inputs.current()).isEqualTo(20);
      inputs.progress(1, 30, true);
      assertThat(inputs.current()).isEqualTo(30);
    }
  }
}
