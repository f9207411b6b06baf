package stage.samples.lines;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
    /** Does it. */
    void run(String[] arguments, Streams streams) throws IOException, InterruptedException, UsageError;
  }

  private Program() {}

  /** Runs a sample and ends the process. */
  public static void main(String name, Body body, String... arguments) {
    System.exit(run(name, body, Streams.ofProcess(), arguments));
  }

  /** {@return the exit code: 0, 1 if the job failed, 2 for a wrong command line} Everything there is to say has been said then. */
  public static int run(String name, Body body, Streams streams, String... arguments) {
    try {
      body.run(arguments, streams);
      return 0;
    } catch (UsageError e) {
      streams.tell(name + ": " + e.getMessage() + '\n');
      return 2;
    } catch (OutputClosed nobodyReads) {
      return 0;
    } catch (StageFailedException e) {
      return failed(name, e.getCause() == null ? e : e.getCause(), streams);
    } catch (PipelineRefusedException | IOException | InterruptedException e) {
      return failed(name, e, streams);
    }
  }

  private static int failed(String name, Throwable cause, Streams streams) {
    boolean isKnown = cause instanceof JobFailed || cause instanceof PipelineRefusedException;
    streams.tell(name + ": " + (isKnown ? cause.getMessage() : cause.toString()) + '\n');
    return 1;
  }

  /** Lets Ctrl-C end the lines, and waits then for what there is to say. Closing it says that all was said. */
  public static Interruption interruptible(Lines lines) {
    return new Interruption(lines);
  }

  /** A wish to end what would go on for ever. */
  public static final class Interruption implements AutoCloseable {
    private final CountDownLatch said = new CountDownLatch(1);

    private Interruption(Lines lines) {
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("interruption").unstarted(() -> end(lines)));
    }

    private void end(Lines lines) {
      lines.stop();
      try {
        if (said.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) Runtime.getRuntime().halt(0);
      } catch (InterruptedException stuck) {
        // the process ends as it would without this hook
      }
    }

    @Override
    public void close() {
      said.countDown();
    }
  }
}
