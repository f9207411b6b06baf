package stage.samples.flights;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import stage.samples.watch.WatchMode;

/** The same job as a function, without a command line: what the benchmark measures. */
public final class FlightCount {
  private FlightCount() {}

  /**
   * Counts the flights of a file with the stages of {@code ./stage flights}.
   *
   * @param file what to read
   * @param by what to group by
   * @param partitions how many stages share the counting
   * @return the whole table, as CSV
   * @throws IOException if the file cannot be read
   * @throws InterruptedException if interrupted while waiting for the result
   */
  public static String csv(Path file, Key by, int partitions) throws IOException, InterruptedException {
    List<TextInput> inputs = List.of(new TextInput.File(file));
    BlockSource.check(inputs, false);
    FlightOptions options =
        new FlightOptions(inputs, by, FlightOptions.ALL, TableFormat.CSV, false, Optional.empty(),
            FlightOptions.PARSERS, partitions, Optional.empty(), Optional.empty(), Duration.ZERO, true,
            new WatchMode.Nowhere(), true, false);
    try (FlightsJob job = FlightsJob.start(options)) {
      return job.run().table().format(TableFormat.CSV);
    }
  }
}
