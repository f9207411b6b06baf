package stage.api.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import stage.api.Restart;
import stage.api.supervision.Failure;
import stage.api.supervision.StageFailedException;

class CauseTextTest {
  /** An exception that answers nothing it is asked. */
  private static final class Mute extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new AssertionError("getMessage was called");
    }

    @Override
    public String toString() {
      throw new AssertionError("toString was called");
    }

    @Override
    public StackTraceElement[] getStackTrace() {
      throw new AssertionError("getStackTrace was called");
    }
  }

  @Test
  void isTheTypeOfAnExceptionThatThrowsErrorsWhenAsked() {
    assertThat(CauseText.of(new Mute())).isEqualTo(Mute.class.getName());
  }

  @Test
  void letsAFailureBeToldOfWhoseFirstCauseThrowsErrorsWhenAsked() {
    var first = new Failure("shop/orders", 1, new Mute(), "onEvents", Restart.TRANSIENT, 0);
    var last = new Failure("shop/orders", 2, new Mute(), "onEvents", Restart.TRANSIENT, 1);
    assertThat(new StageFailedException("shop/orders", "onEvents", last.cause(), List.of(first, last)))
        .hasMessage("stage shop/orders failed in onEvents: " + Mute.class.getName() + ", after 1 earlier crash");
  }
}
