package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import stage.api.ProducerRef;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.pipeline.Pipeline;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CapturedLog;
import stage.behaviour.support.Numbers;

/** What stands in the log, as somebody reads it who was not there. */
class LogLinesTest {
  @RegisterExtension
  final CapturedLog log = new CapturedLog();

  /** {@return what a console would show} */
  private static String printed(List<LogRecord> records) {
    var formatter = new SimpleFormatter();
    var text = new StringBuilder();
    records.forEach(each -> text.append(formatter.format(each)));
    return text.toString();
  }

  private static int count(String text, String part) {
    return (text.length() - text.replace(part, "").length()) / part.length();
  }

  /** Looks at each event. */
  @FunctionalInterface
  private interface Check {
    void look(int event) throws Exception;
  }

  private void run(Check check, int events) throws Exception {
    var spec = SupervisorSpec.of("shop").withIntensity(Intensity.of(100));
    try (Supervisor app = Supervisor.open(spec)) {
      ProducerRef<Integer, ?> numbers = app.start(Stage.producer("numbers", () -> new Numbers(events)));
      app.start(Stage.consumer("sink", numbers, () -> (batch, from) -> {
        for (int event : batch) check.look(event);
      }).withRedelivery(Redelivery.attempts(2)));
      app.join();
    }
  }

  @Nested
  class OnePoisonousEvent {
    @Test
    void n14_showsOneTraceAndRefersToIt() throws Exception {
      run(event -> {
        if (event == 7) throw new IllegalStateException("cannot parse 7");
      }, 20);

      List<LogRecord> records = log.take();
      assertThat(records).extracting(LogRecord::getMessage).hasSize(4);
      String text = printed(records);
      assertThat(count(text, "\tat ")).as(text).isBetween(1, 5);
      assertThat(text).contains("\tat stage.behaviour.LogLinesTest").doesNotContain("\tat stage.runtime.")
          .doesNotContain("VirtualThread");
      assertThat(records.subList(1, 4)).extracting(LogRecord::getMessage).allMatch(line -> line.endsWith(
          "; cause=java.lang.IllegalStateException: cannot parse 7, same stack trace as sink#1"));
    }

    @Test
    void n14_isLoggedUnderTheNameOfItsStage() throws Exception {
      run(event -> {
        if (event == 7) throw new IllegalStateException("cannot parse 7");
      }, 20);

      assertThat(log.take()).extracting(LogRecord::getLoggerName).containsOnly("stage.shop.sink");
    }
  }

  @Nested
  class TwoReasons {
    @Test
    void haveATraceEach() throws Exception {
      run(event -> {
        if (event == 3) throw new IllegalStateException("three");
        if (event == 7) throw new IllegalArgumentException("seven", new java.io.IOException("deep"));
      }, 20);

      String text = printed(log.take());
      assertThat(count(text, "java.lang.IllegalStateException: three\n\tat ")).isEqualTo(1);
      assertThat(count(text, "java.lang.IllegalArgumentException: seven\n\tat ")).isEqualTo(1);
      assertThat(count(text, "Caused by: java.io.IOException: deep\n")).isEqualTo(1);
    }
  }

  @Nested
  class AContextAroundTheStage {
    @Test
    void isNotInTheTrace() throws Exception {
      var spec = SupervisorSpec.of("shop").withIntensity(Intensity.of(100))
          .withContext(() -> incarnation -> incarnation.run());
      try (Supervisor app = Supervisor.open(spec)) {
        ProducerRef<Integer, ?> numbers = app.start(Stage.producer("numbers", () -> new Numbers(1)));
        app.start(Stage.consumer("sink", numbers, () -> (batch, from) -> {
          throw new IllegalStateException("no");
        }).withRedelivery(Redelivery.none()));
        app.join();
      }
      String text = printed(log.take());
      assertThat(count(text, "\tat ")).as(text).isEqualTo(1);
    }
  }

  @Nested
  class AStepThatReturnsNull {
    @Test
    void isNamed_withoutWhatTheEngineCalledBefore() throws Exception {
      assertThat(Pipeline.of(1, 2).map(n -> (String) null).toList().run()).isEmpty();
      String text = printed(log.take());
      assertThat(text).contains("a step returned null", "in step \"map\" (LogLinesTest.java:")
          .doesNotContain("stage.runtime.engine.", "VirtualThread");
      assertThat(count(text, "\tat ")).as(text).isBetween(1, 10);
    }
  }

  @Nested
  class AStepThatThrows {
    @Test
    void isNamed_withoutTheEvent() throws Exception {
      assertThat(Pipeline.of("hidden").filter(word -> { throw new IllegalStateException(); }).toList().run()).isEmpty();
      String text = printed(log.take());
      assertThat(text).contains("in step \"filter\" (LogLinesTest.java:")
          .doesNotContain("hidden", "given");
    }
  }

  @Nested
  class AnExceptionOfTheEngineItself {
    @Test
    void keepsItsWholeTrace() {
      try (Supervisor app = Supervisor.open("shop")) {
        ProducerRef<Integer, Numbers> numbers = app.start(Stage.producer("numbers", Numbers::new));
        numbers.kill();
        Await.until(() -> numbers.snapshot().incarnation() == 2, "it has been restarted");
      }
      String text = printed(log.take());
      assertThat(text).contains("decision=RESTART", "stage.api.StageKilledException", "\tat stage.runtime.");
    }
  }

  @Nested
  class HostileText {
    private static final String NASTY =
        "bad\r\nNov 30, 2026 WARNING: all is well \u001b[2J\u202e\u2028" + "x".repeat(3_000);

    @Test
    void sec12_cannotMakeALineOfItsOwn() throws Exception {
      run(event -> {
        if (event == 7) throw new IllegalStateException(NASTY, new IllegalArgumentException(NASTY));
      }, 20);

      List<LogRecord> records = log.take();
      for (LogRecord each : records) {
        assertThat(each.getMessage()).hasSizeLessThanOrEqualTo(1_024).doesNotContain("\n", "\r", "\u001b", "\u202e");
      }
      String text = printed(records);
      assertThat(text.lines()).noneMatch(line -> line.startsWith("Nov 30, 2026 WARNING: all is well"));
      assertThat(text).doesNotContain("\r", "\u001b", "\u202e", "\u2028").contains("bad\\r\\nNov 30, 2026");
      assertThat(text.lines()).allMatch(line -> line.length() <= 1_100);
    }

    @Test
    void sec12_isFoundHoweverDeepItIs() throws Exception {
      run(event -> {
        if (event != 7) return;
        Exception cause = new IllegalStateException(NASTY);
        for (int i = 0; i < 12; i++) cause = new IllegalStateException("again", cause);
        var failure = new IllegalStateException("fine");
        var suppressed = new IllegalStateException("fine, too");
        suppressed.addSuppressed(cause);
        failure.addSuppressed(suppressed);
        throw failure;
      }, 20);

      assertThat(printed(log.take())).doesNotContain("\r", "\u001b", "\u202e", "\u2028");
    }

    @Test
    void sec12_mayBeSuchThatItCannotBeAskedFor() throws Exception {
      /** Answers nothing. */
      final class Mute extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
          throw new IllegalStateException("no");
        }

        @Override
        public String toString() {
          throw new IllegalStateException("no");
        }

        @Override
        public synchronized Throwable getCause() {
          throw new IllegalStateException("no");
        }

        @Override
        public StackTraceElement[] getStackTrace() {
          throw new IllegalStateException("no");
        }
      }

      run(event -> {
        if (event == 7) throw new Mute();
      }, 20);

      assertThat(log.take()).hasSize(4).extracting(LogRecord::getMessage).allMatch(line -> line.contains("sink"));
    }
  }

  @Nested
  class AReasonOfManyReasons {
    @Test
    void sec14_isCutOff() throws Exception {
      run(event -> {
        if (event != 7) return;
        Exception cause = new IllegalStateException("the last");
        for (int i = 0; i < 1_000; i++) cause = new IllegalStateException("again", cause);
        throw cause;
      }, 20);

      String text = printed(log.take());
      assertThat(count(text, "Caused by: ")).isBetween(1, 32);
      assertThat(text.lines().count()).isLessThan(400);
    }
  }

  @Nested
  class ACrashStorm {
    @Test
    void sec13_getsTenLinesAndThenASummary() throws Exception {
      var spec = SupervisorSpec.of("shop").withIntensity(Intensity.of(1_000_000));
      try (Supervisor app = Supervisor.open(spec)) {
        ProducerRef<Integer, ?> numbers = app.start(Stage.producer("numbers", () -> new Numbers(1_000)));
        app.start(Stage.consumer("sink", numbers, () -> (batch, from) -> {
          throw new IllegalStateException("no");
        }).withRedelivery(Redelivery.attempts(2)));
        app.join();

        List<String> crashes = log.take().stream().map(LogRecord::getMessage)
            .filter(line -> line.startsWith("supervisor=")).toList();
        long all = app.tree().supervisors().getFirst().crashes();
        assertThat(all).isGreaterThan(1_000);
        assertThat(crashes.size()).isBetween(10, (int) all / 4);
        // How many were left out before the last line. On a busy machine the eleventh line may follow none.
        long told = crashes.stream().mapToLong(LogLinesTest::leftOutBefore).sum();
        assertThat(told).isLessThanOrEqualTo(all - crashes.size());
        if (crashes.size() > 20) assertThat(told).isPositive();
      }
      log.take();   // the last dead letters
    }
  }

  private static long leftOutBefore(String line) {
    Matcher note = Pattern.compile("\\((\\d+) lines like this were left out before\\)").matcher(line);
    return note.find() ? Long.parseLong(note.group(1)) : 0;
  }

  @Test
  void neverReachesStandardOutput() throws Exception {
    PrintStream before = System.out;
    var bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      run(event -> {
        if (event == 7) throw new IllegalStateException("cannot parse 7");
      }, 20);
    } finally {
      System.setOut(before);
    }
    log.take();
    assertThat(bytes.toString(StandardCharsets.UTF_8)).isEmpty();
  }
}
