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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Keeps what Stage logs from WARNING on, instead of printing it, and fails a test that did not account for all of it.
 */
public final class CapturedLog implements BeforeEachCallback, AfterEachCallback {
  private static final Pattern LEFT_OUT = Pattern.compile("\\((\\d+) lines like this were left out before\\)");

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

  /**
   * Takes what was logged so far, which is nothing but crashes answered with a restart: a line for each of the first
   * ten, then for as many as the log has room for, with the number of those that were left out in between.
   */
  public void takeRestarts(int count) {
    List<String> lines = take().stream().map(LogRecord::getMessage).toList();
    assertThat(lines).allMatch(line -> line.startsWith("supervisor=") && line.contains(" decision=RESTART"));
    int told = lines.size() + lines.stream().mapToInt(CapturedLog::leftOutBefore).sum();
    assertThat(told).isBetween(Math.min(count, 10), count);   // those after the last line are in no line
  }

  private static int leftOutBefore(String line) {
    Matcher note = LEFT_OUT.matcher(line);
    return note.find() ? Integer.parseInt(note.group(1)) : 0;
  }

  /** Takes what was logged so far: restarts, and the giving up. */
  public void takeRestartsAndGivingUp(int restarts) {
    List<String> lines = take().stream().map(LogRecord::getMessage).toList();
    assertThat(lines).hasSize(restarts + 1);
    assertThat(lines.subList(0, restarts)).allMatch(line -> line.contains(" decision=RESTART"));
    assertThat(lines.getLast()).contains(" decision=GIVE_UP");
  }
}
