package stage.samples.flights;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import stage.api.supervision.StageFailedException;
import stage.samples.watch.WatchMode;

/**
 * {@code ./stage flights}: delays of flights, grouped and counted. See {@link FlightOptions#USAGE}.
 *
 * <p>The program around it: what to say, where, and with which exit code. What is done with the flights is in
 * {@link FlightsPipeline} and, with stages wired by hand, in {@link FlightsJob}.
 */
public final class Flights {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int MISUSED = 2;

  private final Streams streams;
  private final Interruption interruption;
  private final Duration period;

  /**
   * Says what the program is connected to.
   *
   * @param period how often to show what there is so far
   */
  Flights(Streams streams, Interruption interruption, Duration period) {
    this.streams = streams;
    this.interruption = interruption;
    this.period = period;
  }

  /**
   * Runs the program and ends the process.
   *
   * @param arguments the command line
   */
  public static void main(String... arguments) {
    Streams streams = Streams.ofProcess();
    ShutdownInterruption interruption = new ShutdownInterruption(streams);
    int exit = new Flights(streams, interruption, Duration.ofSeconds(1)).run(arguments);
    interruption.finished(exit);
    System.exit(exit);
  }

  /** {@return the exit code} Everything there is to say has been said then. */
  int run(String... arguments) {
    try {
      FlightOptions options = FlightOptions.parse(arguments);
      if (options.help()) {
        streams.print(FlightOptions.USAGE);
        return DONE;
      }
      run(options);
      return DONE;
    } catch (UsageError e) {
      streams.tell("flights: " + e.getMessage() + '\n');
      return MISUSED;
    } catch (StageFailedException e) {
      return failed(e.getCause());
    } catch (IOException | InterruptedException e) {
      return failed(e);
    }
  }

  private void run(FlightOptions options) throws IOException, InterruptedException, UsageError {
    BlockSource.check(options.inputs(), options.follow());
    ensureRejectsAreNoInput(options);
    ensureRejectsAreNotTheTable(options);
    ensureRejectsCanBeCutOff(options);
    if (options.byHand()) runByHand(options);
    else new FlightsRun(options, streams, interruption, period).run();
  }

  private void runByHand(FlightOptions options) throws IOException, InterruptedException {
    boolean shows = options.follow() && options.format() == TableFormat.PLAIN;
    FlightsJob.Result result;
    try (FlightsJob job = FlightsJob.start(options)) {
      if (options.follow()) interruption.ends(job::stopReading);
      if (shows) job.show(options, streams, period);
      boolean drawn = shows && streams.outIsTerminal();
      drawn |= options.watching() instanceof WatchMode.OnTerminal;
      if (streams.errIsTerminal() && !options.quiet() && !drawn) job.tellProgress(options, streams, period);
      job.watch(options.watching(), streams);   // until the scope closes
      result = job.run();
    }
    if (result.trouble().isPresent() && result.table().flights() == 0) throw result.trouble().get();
    report(options, result);
    if (result.trouble().isPresent()) throw result.trouble().get();   // it may have been followed for days
  }

  private void report(FlightOptions options, FlightsJob.Result result) throws IOException {
    streams.print(result.table().top(options.top()).format(options.format()));
    if (streams.errIsTerminal() && !options.quiet()) {
      streams.tell(Totals.line(result.table(), options.by(), result.rejects().count()));
    }
    streams.tell(result.rejects().report());
    if (result.chaos().isPresent() && !options.quiet()) streams.tell(result.chaos().get());
  }

  private int failed(Throwable thrown) {
    Throwable cause = thrown;
    while (cause instanceof StageFailedException && cause.getCause() != null) cause = cause.getCause();
    if (cause instanceof OutputClosed) return DONE;
    boolean known = cause instanceof IOException || cause instanceof UncheckedIOException;
    streams.tell("flights: " + (known ? cause.getMessage() : cause.toString()) + '\n');
    return FAILED;
  }

  private static void ensureRejectsCanBeCutOff(FlightOptions options) throws UsageError {
    if (options.chaos().isEmpty() || options.rejects().isEmpty()) return;
    Path rejects = options.rejects().get();
    if (!Files.exists(rejects) || Files.isRegularFile(rejects)) return;
    throw new UsageError(
        "--rejects must be a file with --chaos, because what a crashed stage has written is cut off again, but "
        + Quoted.plain(rejects.toString()) + " is none");
  }

  /** A file that is written from two places is garbled; a terminal or a pipe is not. */
  private static void ensureRejectsAreNotTheTable(FlightOptions options) throws IOException, UsageError {
    if (options.rejects().isEmpty() || !Files.isRegularFile(options.rejects().get())) return;
    for (String descriptor : List.of("/dev/stdout", "/dev/stderr")) {
      Path target = Path.of(descriptor);
      if (Files.exists(target) && Files.isSameFile(target, options.rejects().get())) {
        throw new UsageError(
            "--rejects must not be " + descriptor + ", which leads to a file that other output goes to");
      }
    }
  }

  private static void ensureRejectsAreNoInput(FlightOptions options) throws IOException, UsageError {
    Optional<Path> rejects = options.rejects();
    if (rejects.isEmpty() || !Files.exists(rejects.get())) return;
    for (TextInput input : options.inputs()) {
      if (input instanceof TextInput.File file && Files.isSameFile(file.path(), rejects.get())) {
        throw new UsageError("--rejects must not be one of the inputs, but is " + file.name());
      }
    }
  }
}
