package stage.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ContextPropagationTest {
  private final List<String> story = new ArrayList<>();
  private boolean starts = true;
  private boolean isCurrent = true;
  private boolean isBetween;

  private final ContextPropagation.Surrounded cell = new ContextPropagation.Surrounded() {
    @Override
    public String path() {
      return "test/it";
    }

    @Override
    public boolean isCurrent() {
      return isCurrent;
    }

    @Override
    public boolean startsAnIncarnation() {
      return starts;
    }

    @Override
    public boolean hasNoIncarnation() {
      return isBetween;
    }

    @Override
    public void startFailed(Throwable failure) {
      story.add("failed: " + failure.getMessage());
    }

    @Override
    public void report(String what, Throwable failure) {
      story.add(what + ": " + failure.getMessage());
    }
  };

  private ContextPropagation within(Consumer<Runnable> around) {
    return new ContextPropagation(cell, around);
  }

  private final ContextPropagation context = within(steps -> {
    story.add("in");
    steps.run();
    story.add("out");
  });

  @Nested
  class AroundSteps {
    @Test
    void isEnteredWhereAnIncarnationStarts() {
      context.run(() -> story.add("steps"));
      assertThat(story).containsExactly("in", "steps", "out");
    }

    @Test
    void isNotEnteredWhereNoneStarts() {
      starts = false;
      context.run(() -> story.add("steps"));
      assertThat(story).containsExactly("steps");
    }

    @Test
    void isNotEnteredTwice() {
      context.run(() -> context.run(() -> story.add("steps")));
      assertThat(story).containsExactly("in", "steps", "out");
    }

    @Test
    void isEnteredByTheThreadThatHasTakenOver() {
      context.run(() -> {
        context.isOutside();
        context.run(() -> story.add("steps"));
      });
      assertThat(story).containsExactly("in", "in", "steps", "out", "out");
    }
  }

  @Nested
  class TheBorder {
    @Test
    void isCrossedForTheFirstStart() {
      assertThat(context.mustReenter(Work.START)).isTrue();
      assertThat(context.mustReenter(Work.MAIL)).isFalse();
    }

    @Test
    void isCrossedBetweenTwoIncarnations() {
      context.run(() -> {
        assertThat(context.mustReenter(Work.START)).isFalse();
        context.starts();
        assertThat(context.mustReenter(Work.START)).isTrue();
        assertThat(context.mustReenter(Work.TURN)).isFalse();
        isBetween = true;
        assertThat(context.mustReenter(Work.MAIL)).isTrue();
      });
    }
  }

  @Nested
  class OneThatIsWrong {
    @Test
    void makesTheStartFailIfItRunsNothing() {
      within(steps -> {}).run(() -> story.add("steps"));
      assertThat(story).containsExactly(
          "failed: the context did not run the incarnation of stage test/it; it must run it once");
    }

    @Test
    void makesTheStartFailWithWhatItHasThrownInstead() {
      within(steps -> {
        throw new IllegalStateException("no context");
      }).run(() -> story.add("steps"));
      assertThat(story).containsExactly("failed: no context");
    }

    @Test
    void isReportedIfItThrowsAfterwards() {
      within(steps -> {
        steps.run();
        throw new IllegalStateException("left badly");
      }).run(() -> story.add("steps"));
      assertThat(story).containsExactly("steps",
          "the context of stage test/it threw after its incarnation: left badly");
    }

    @Test
    void isToldIfItRunsTheIncarnationTwice() {
      within(steps -> {
        steps.run();
        steps.run();
      }).run(() -> story.add("steps"));
      assertThat(story).containsExactly("steps", "the context of stage test/it threw after its incarnation:"
          + " the context ran an incarnation of stage test/it twice; it must run it once");
    }

    @Test
    void isNobodysBusinessOnceAnotherThreadHasTakenOver() {
      within(steps -> isCurrent = false).run(() -> story.add("steps"));
      assertThat(story).isEmpty();
    }
  }
}
