package stage.behaviour.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Keeps what Stage logs from WARNING on, instead of printing it, and fails a test that did not account for all of it.
 */
public final class CapturedLog implements BeforeEachCallback, AfterEachCallback {
  private final Logger logger = Logger.getLogger("stage");
  private final Queue<LogRecord> records = new ConcurrentLinkedQueue<>();
  private final Handler handler = new Handler() {
    @Override
    public void publish(LogRecord record) {
      if (record.getLevel().intValue() >= Level.WARNING.intValue()) records.add(record);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  };

  @Override
  public void beforeEach(ExtensionContext context) {
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    logger.removeHandler(handler);
    logger.setUseParentHandlers(true);
    assertThat(take()).extracting(LogRecord::getMessage).as("log lines that nobody announced").isEmpty();
  }

  /** Takes what was logged so far. */
  public List<LogRecord> take() {
    List<LogRecord> taken = new ArrayList<>();
    for (LogRecord record = records.poll(); record != null; record = records.poll())
      if (!isWarningAtStart(record)) taken.add(record);
    return taken;
  }

  /** A test may have more attempts than restarts without meaning to be warned of it. */
  private static boolean isWarningAtStart(LogRecord record) {
    return record.getMessage().contains(" has an event delivered again ");
  }

  /** Takes what was logged so far: a line for each crash that was answered with a restart, and nothing else. */
  public void takeRestarts(int count) {
    assertThat(take()).extracting(LogRecord::getMessage)
        .hasSize(count)
        .allMatch(line -> line.startsWith("supervisor=") && line.contains(" decision=RESTART"));
  }

  /** Takes what was logged so far: restarts, and the giving up. */
  public void takeRestartsAndGivingUp(int restarts) {
    List<String> lines = take().stream().map(LogRecord::getMessage).toList();
    assertThat(lines).hasSize(restarts + 1);
    assertThat(lines.subList(0, restarts)).allMatch(line -> line.contains(" decision=RESTART"));
    assertThat(lines.getLast()).contains(" decision=GIVE_UP");
  }
}
