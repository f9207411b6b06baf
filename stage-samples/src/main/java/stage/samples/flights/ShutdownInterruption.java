package stage.samples.flights;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Ctrl-C, or any other end of the process from outside: ends reading and lets the program finish, with its final table
 * and its own exit code.
 *
 * <p>All the JVM has for this is shutdown hooks: threads that it starts, and waits for before it ends. Ours waits for
 * the program in turn and then halts, since otherwise the exit code would be the signal's.
 */
final class ShutdownInterruption implements Interruption {
  private static final long PATIENCE_SECONDS = 10;

  private final CompletableFuture<Integer> exit = new CompletableFuture<>();

  @Override
  public void ends(Runnable stopReading) {
    Thread hook = Thread.ofPlatform().name("flights-interruption").unstarted(() -> end(stopReading));
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Tells that the program has said all it had to say. */
  void finished(int code) {
    exit.complete(code);
  }

  private void end(Runnable stopReading) {
    stopReading.run();
    try {
      Runtime.getRuntime().halt(exit.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    } catch (TimeoutException | ExecutionException | InterruptedException stuck) {
      // the process ends as it would without this hook
    }
  }
}
