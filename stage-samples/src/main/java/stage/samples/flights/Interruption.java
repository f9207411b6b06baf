package stage.samples.flights;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C, or any other end of the process from outside: ends reading and lets the program finish, with its final table and its own exit
 * code.
 *
 * <p>The JVM only offers shutdown hooks, each a thread that it waits for. Ours waits for the main thread in turn, and then halts, as an exit
 * from outside would have the code of the signal.
 */
final class Interruption {
  private static final long PATIENCE_SECONDS = 10;

  private final CompletableFuture<Integer> exit = new CompletableFuture<>();

  /** From now on an interruption ends this job. */
  void ends(FlightsJob job) {
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("flights-interruption").unstarted(() -> end(job)));
  }

  /** Says that the program has said everything. */
  void finished(int code) {
    exit.complete(code);
  }

  private void end(FlightsJob job) {
    job.stopReading();
    try {
      Runtime.getRuntime().halt(exit.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    } catch (Exception tooSlow) {
      // the process ends as it would without this hook
    }
  }
}
