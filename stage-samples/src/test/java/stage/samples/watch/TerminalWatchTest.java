package stage.samples.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.Demand;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.supervision.Supervisor;

/** What {@code --watch=tty} writes: there is always a culprit, which a terminal shows in red. */
class TerminalWatchTest {
  private static final String RED = "\033[1;31m";
  private static final int TRIES = 100;
  private static final int COLUMNS = 80;
  private static final int LINES = 24;   // the last one is where the cursor stands

  private final Supervisor app = Supervisor.open("shop");
  private final CountDownLatch begun = new CountDownLatch(1);   // the writer's only callback
  private final CountDownLatch over = new CountDownLatch(1);
  private TerminalWatch watch;
  private String drawn = "";   // the last picture

  @BeforeEach
  void startWriterThatIsStuck() {
    ProducerRef<Integer, ?> numbers = app.start(Stage.producer("numbers", () -> (Stage.Producer<Integer>)
        (demand, out) -> out.emit(1)));
    app.start(Stage.consumer("writer", numbers, () -> (events, from) -> {
      begun.countDown();
      over.await();
    }).withDemand(Demand.max(1)));
  }

  @AfterEach
  void close() {
    over.countDown();
    app.drain(Duration.ofMillis(100));
  }

  private void watch(boolean isTerminal, Map<String, String> environment) {
    watch = TerminalWatch.of(app, picture -> drawn = picture, isTerminal, environment);
  }

  private String draw() {
    watch.draw();
    return drawn;
  }

  /** {@return a picture that has a culprit} At first the scope may not have got stuck yet. */
  private String drawTheCulprit() {
    for (int i = 0; i < TRIES && !draw().contains("! writer"); i++) drawn = "";
    assertThat(drawn).contains("! writer");
    return drawn;
  }

  @Nested
  class OnATerminal {
    @Test
    void isDrawnInColorsEachPictureOverTheOneBefore() {
      watch(true, Map.of("NO_COLOR", ""));
      String first = drawTheCulprit();
      int lines = (int) first.chars().filter(c -> c == '\n').count();

      assertThat(first).contains(RED).startsWith("\033[?7l").endsWith("\n\033[?7h");
      assertThat(draw()).contains("\r\033[" + lines + "A\033[J");
    }

    @Test
    void hasNoColorsWhereTheEnvironmentSaysSoWhateverItSays() {
      watch(true, Map.of("NO_COLOR", "0"));
      assertThat(drawTheCulprit()).doesNotContainPattern("\033\\[[0-9;]*m").as("and can be drawn over")
          .startsWith("\033[?7l");
    }

    @Test
    void fitsIntoEightyColumnsAndTwentyFourLinesWithAHundredStages() {
      for (int i = 0; i < 98; i++) {
        app.start(Stage.source("a-source-with-a-very-long-name-number-" + (char) ('a' + i % 26) + "x".repeat(i / 26),
            Integer.class));
      }
      watch(true, Map.of());
      List<String> lines = draw().replaceAll("\033\\[[?0-9;]*[a-zA-Z]", "").lines().toList();

      assertThat(lines).hasSizeBetween(3, LINES - 1).allMatch(line -> line.length() <= COLUMNS);
      assertThat(lines.getFirst()).isEqualTo("shop: 100 stages");
    }
  }

  @Nested
  class TheFirstPicture {
    @Test
    void saysHowBusyStagesAreAlready() throws InterruptedException {
      begun.await();
      watch(false, Map.of());
      app.watch();

      assertThat(draw()).contains("│████100% 0/s");
    }
  }

  @Nested
  class OnAFileOrAPipe {
    @Test
    void isTextWithoutAnyControlSequence() {
      watch(false, Map.of());
      assertThat(drawTheCulprit()).startsWith("shop: 2 stages\n").doesNotContain("\033", "\r");
      assertThat(draw()).as("one after the other").startsWith("shop: 2 stages\n").doesNotContain("\033", "\r");
    }
  }
}
