package stage.samples.flights;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Ctrl-C, or any other end of the process from outside: ends reading and lets the program finish, with its final table
 * and its own exit code.
 *
 * <p>Where nothing is followed, Ctrl-C is the end. Then all there is to do is to take the progress line away, or the
 * prompt of the shell would stand behind it.
 *
 * <p>All the JVM has for this is shutdown hooks: threads that it starts, and waits for before it ends. Ours waits for
 * the program in turn and then halts, since otherwise the exit code would be the signal's.
 */
final class ShutdownInterruption implements Interruption {
  private static final long PATIENCE_SECONDS = 10;

  private final CompletableFuture<Integer> exit = new CompletableFuture<>();
  private volatile boolean isAwaited;   // written by the program's thread: whether an interruption waits for its end

  /** Of a program that writes here. */
  ShutdownInterruption(Streams streams) {
    if (!streams.errIsTerminal()) return;
    Thread hook = Thread.ofPlatform().name("flights-prompt").unstarted(() -> {
      if (!isAwaited && !exit.isDone()) streams.tell(Ansi.CLEAR_LINE);
    });
    Runtime.getRuntime().addShutdownHook(hook);
  }

  @Override
  public void ends(Runnable stopReading) {
    isAwaited = true;
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
