package stage.samples.lines;

import java.io.UncheckedIOException;
import stage.api.observe.Registration;
import stage.api.pipeline.Job;
import stage.api.supervision.Supervisor;
import stage.samples.flights.Streams;
import stage.samples.flights.UsageError;
import stage.samples.watch.WatchMode;

/**
 * Runs the job of a sample, and shows its stages meanwhile if that is wanted.
 *
 * @param name the scope's name
 * @param how whether, and where
 * @param streams where a page's address, or the picture on a terminal, goes
 */
public record WatchedJob(String name, WatchMode how, Streams streams) {
  /**
   * {@return what comes of a job}
   *
   * @throws UsageError if the port is taken
   */
  public <R> R run(Job<R> job) throws InterruptedException, UsageError {
    if (how instanceof WatchMode.Nowhere) return job.run(name);
    try (Supervisor scope = Supervisor.open(name)) {
      Registration shown = begin(scope);
      try {
        return job.start(scope, "job").join();
      } finally {
        shown.close();
      }
    }
  }

  private Registration begin(Supervisor scope) throws UsageError {
    try {
      return how.begin(scope, streams::tell, streams.errIsTerminal());
    } catch (UncheckedIOException taken) {
      throw new UsageError(taken.getMessage());
    }
  }
}
