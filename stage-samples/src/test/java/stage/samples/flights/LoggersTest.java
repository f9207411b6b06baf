package stage.samples.flights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class LoggersTest {
  private final PrintStream before = System.err;
  private final Capture err = new Capture();
  private final System.Logger logger = new Loggers().getLogger("stage.flights", LoggersTest.class.getModule());

  @BeforeEach
  void capture() {
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void release() {
    System.setErr(before);
  }

  @Nested
  class AfterAPlannedCrash {
    private final PlannedCrash crash = new PlannedCrash("reader", "before user code");

    @Test
    void leaveTheRestartOut() {
      logger.log(System.Logger.Level.WARNING, "decision=RESTART", crash);

      assertThat(err.text()).isEmpty();
    }

    @Test
    void leaveTheNextOnesOutOfWhichOnlyTheCauseIsNamed() {
      logger.log(System.Logger.Level.WARNING,
          "decision=RESTART; cause=" + crash + ", same stack trace as reader#1", (Throwable) null);
      logger.log(System.Logger.Level.WARNING, "decision=RESTART; cause=java.io.IOException: no", (Throwable) null);

      assertThat(err.text()).doesNotContain("planned").contains("IOException");
    }

    @Test
    void tellThatItWasOneTooMany() {
      logger.log(System.Logger.Level.ERROR, "decision=GIVE_UP", crash);

      assertThat(err.text()).startsWith("ERROR stage.flights: decision=GIVE_UP")
          .contains("planned crash of stage reader, before user code");
    }
  }

  @Test
  void leaveOutWhyTheJobFailedSinceTheProgramTells() {
    logger.log(System.Logger.Level.ERROR, "decision=GIVE_UP", new JobFailed("there is no file x"));

    assertThat(err.text()).isEmpty();
  }

  @Test
  void tellAnyOtherCrashWithItsStack() {
    logger.log(System.Logger.Level.WARNING, "decision=RESTART", new IllegalStateException("a mistake"));

    assertThat(err.text()).startsWith("WARNING stage.flights: decision=RESTART").contains("a mistake", "\tat ");
  }

  @Test
  void formatWhatHasParameters() {
    logger.log(System.Logger.Level.INFO, "{0} of {1}", 3, 5);

    assertThat(err.text()).isEqualTo("INFO stage.flights: 3 of 5" + System.lineSeparator());
  }

  @Test
  void leaveOutWhatIsForDebugging() {
    logger.log(System.Logger.Level.DEBUG, "details");

    assertThat(err.text()).isEmpty();
  }
}
