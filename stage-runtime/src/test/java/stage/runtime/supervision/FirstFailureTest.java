package stage.runtime.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.supervision.StageFailedException;

class FirstFailureTest {
  private final FirstFailure failure = new FirstFailure();
  private final Exception boom = new IllegalStateException("boom");
  private final StageFailedException crash = failed("app/a", boom);

  private static StageFailedException failed(String path, Throwable cause) {
    return new StageFailedException(path, "onEvents", cause, List.of());
  }

  @Nested
  class OfSeveral {
    @Test
    void isTheFirstAndKeepsTheOthers() {
      StageFailedException second = failed("app/b", new IllegalStateException("too"));
      failure.add(crash, true);
      failure.add(second, true);
      assertThat(failure.tell()).isSameAs(crash);
      assertThat(crash.getSuppressed()).containsExactly(second);
    }

    @Test
    void isTheCrashThoughAConsumerWasHereFirst() {
      failure.add(failed("app/consumer", boom), false);
      failure.add(crash, true);
      assertThat(failure.tell()).isSameAs(crash);
      assertThat(crash.getSuppressed()).isEmpty();   // it says the same
    }

    @Test
    void keepsAConsumerWithAnotherCause() {
      StageFailedException consumer = failed("app/consumer", new IllegalStateException("of another producer"));
      failure.add(consumer, false);
      failure.add(crash, true);
      assertThat(failure.tell()).isSameAs(crash);
      assertThat(crash.getSuppressed()).containsExactly(consumer);
    }

    @Test
    void isNotDisplacedByAConsumer() {
      failure.add(crash, true);
      failure.add(failed("app/consumer", boom), false);
      assertThat(failure.tell()).isSameAs(crash);
      assertThat(crash.getSuppressed()).isEmpty();
    }
  }

  @Nested
  class OneThatNobodyKnowsOf {
    @Test
    void isToldOnce() {
      failure.add(crash, true);
      assertThat(failure.tellOnce()).isSameAs(crash);
      assertThat(failure.tellOnce()).isNull();
      assertThat(failure.tell()).isSameAs(crash);
    }

    @Test
    void isNoneWhereNothingHasFailed() {
      assertThat(failure.tell()).isNull();
      assertThat(failure.tellOnce()).isNull();
      failure.add(crash, true);
      assertThat(failure.tellOnce()).isSameAs(crash);
    }
  }
}
