package stage.samples.lines;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import stage.api.pipeline.PipelineRefusedException;
import stage.api.supervision.StageFailedException;
import stage.samples.flights.JobFailed;
import stage.samples.flights.OutputClosed;
import stage.samples.flights.Streams;
import stage.samples.flights.UsageError;

/** What is around a sample: its exit code, its complaints, and Ctrl-C. */
public final class Program {
  private static final long PATIENCE_SECONDS = 10;

  /** What a sample does. */
  public interface Body {
    /**
     * Does it.
     *
     * @param arguments the command line
     * @param streams where to write to
     * @param interruption what Ctrl-C is to end
     */
    void run(String[] arguments, Streams streams, Interruption interruption) throws IOException, InterruptedException,
        UsageError;
  }

  /** Where the wish comes from to end lines that would go on forever. */
  public interface Interruption {
    /** Says what an interruption does from now on: it ends lines, by {@link Lines#stop}. */
    void ends(Runnable stop);
  }

  private Program() {}

  /** Runs a sample and ends the process. After Ctrl-C what there is to say is said first. */
  public static void main(String name, Body body, String... arguments) {
    var exit = new CompletableFuture<Integer>();
    Interruption interruption = stop -> Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().name("interruption").unstarted(() -> end(stop, exit)));
    int code = run(name, body, Streams.ofProcess(), interruption, arguments);
    exit.complete(code);
    System.exit(code);
  }

  private static void end(Runnable stop, CompletableFuture<Integer> exit) {
    stop.run();
    try {
      Runtime.getRuntime().halt(exit.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    } catch (TimeoutException | ExecutionException | InterruptedException stuck) {
      // the process ends as it would without this hook
    }
  }

  /**
   * {@return the exit code: 0, 1 if the job failed, 2 for a wrong command line} Everything there is to say has been
   * said then.
   */
  public static int run(String name, Body body, Streams streams, Interruption interruption, String... arguments) {
    try {
      body.run(arguments, streams, interruption);
      return 0;
    } catch (UsageError e) {
      streams.tell(name + ": " + e.getMessage() + '\n');
      return 2;
    } catch (OutputClosed nobodyReads) {
      return 0;
    } catch (StageFailedException e) {
      return e.getCause() instanceof OutputClosed ? 0
          : failed(name, e.getCause() == null ? e : e.getCause(), streams);
    } catch (PipelineRefusedException | IOException | InterruptedException e) {
      return failed(name, e, streams);
    }
  }

  private static int failed(String name, Throwable cause, Streams streams) {
    boolean isKnown = cause instanceof JobFailed || cause instanceof PipelineRefusedException;
    streams.tell(name + ": " + (isKnown ? cause.getMessage() : cause.toString()) + '\n');
    return 1;
  }
}
