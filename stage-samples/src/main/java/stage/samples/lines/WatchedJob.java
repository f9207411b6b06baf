package stage.samples.lines;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import stage.api.observe.Registration;
import stage.api.pipeline.Job;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.samples.flights.Streams;
import stage.samples.flights.UsageError;
import stage.samples.watch.WatchMode;

/**
 * Runs the job of a sample, and shows its stages at work if that is wanted.
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
    return how instanceof WatchMode.Nowhere ? job.run(name) : run(job, Optional.empty());
  }

  /**
   * Runs a job that goes on until it is stopped, and shows meanwhile how it stands.
   *
   * @param live what to show; nothing where only the end is of interest
   * @throws UsageError if the port is taken
   */
  public <R> R run(Job<R> job, Optional<LiveCount> live) throws InterruptedException, UsageError {
    // Nobody reads any more where the display fails, so it is not tried again; the job has restarts of its own.
    try (Supervisor scope = Supervisor.open(SupervisorSpec.of(name).withIntensity(Intensity.none()))) {
      List<Registration> shown = new ArrayList<>();
      try {
        shown.add(begin(scope));
        live.ifPresent(count -> shown.add(LiveText.begin(scope, streams, count)));
        return job.start(scope, "job").join();
      } finally {
        shown.forEach(Registration::close);
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
