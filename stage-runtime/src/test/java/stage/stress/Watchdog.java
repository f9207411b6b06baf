package stage.stress;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs what must come to an end; if it does not, a dump of all threads, virtual ones too, says who waits for what. */
final class Watchdog {
  /** What is run. */
  interface Body {
    void run() throws Exception;
  }

  private Watchdog() {}

  /**
   * Runs a body on a thread of its own.
   *
   * @param what for people, with the seed
   * @param limit after which it is given up
   */
  static void guard(String what, Duration limit, Body body) throws Exception {
    var task = new FutureTask<Void>(() -> {
      body.run();
      return null;
    });
    Thread runner = Thread.ofPlatform().daemon().name("stress").start(task);
    try {
      task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      Path dump = Files.createTempFile("stage-stress", ".json");
      Files.delete(dump);   // the dump does not overwrite
      ManagementFactory.getPlatformMXBean(com.sun.management.HotSpotDiagnosticMXBean.class)
          .dumpThreads(dump.toString(), com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat.JSON);
      runner.interrupt();
      throw new AssertionError(what + " has not ended after " + limit.toSeconds() + " s; all threads are in " + dump
          + ", those of stages:\n" + stagesOf(dump), late);
    } catch (ExecutionException failed) {
      throw new AssertionError(what + " failed: " + failed.getCause(), failed.getCause());
    }
  }

  private static String stagesOf(Path dump) throws java.io.IOException {
    var lines = new StringBuilder();
    int left = 0;   // lines of a stage's stack that are still to be shown
    for (String line : Files.readAllLines(dump)) {
      if (line.contains("\"name\": \"stage:")) left = 30;
      else if (line.contains("\"name\":")) left = 0;
      if (left-- > 0) lines.append(line).append('\n');
    }
    return lines.toString();
  }
}
