package stage.samples.flights;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import stage.api.ConsumerRef;
import stage.api.ConsumerSpec;
import stage.api.Demand;
import stage.api.ProducerConsumerRef;
import stage.api.ProducerConsumerSpec;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageFactory;
import stage.api.StageRef;
import stage.api.SubscriptionSpec;
import stage.api.observe.Registration;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.samples.watch.WatchMode;

/**
 * The stages of one run, wired up.
 *
 * <pre>
 *                              ┌─▸ tally-0 ─┐
 *            ┌─▸ parser-0 ─┐    ├─▸ tally-1 ─┤
 *   reader ──┤             ├────┤     …      ├─▸ table
 *            └─▸ parser-1 ─┘    └─▸ tally-3 ─┘
 *     blocks, by demand     rows, └─▸ rejects  parts
 *                           by key
 * </pre>
 *
 * <p>Nothing here holds rows: a slow stage stops asking, so the reader stops reading, and memory stays flat. The
 * thread that starts a job runs and closes it.
 */
final class FlightsJob implements AutoCloseable {
  private static final String READER = "reader";
  private static final String TABLE = "table";

  /** A few blocks ahead of a parser are enough to keep it busy. */
  private static final Demand BLOCKS = Demand.max(8);

  /** Large, so that a block's rows mostly fit in what the tallies have asked for. */
  private static final Demand ROWS = Demand.max(4096);

  /** The rows of one batch of blocks; a tally may have to keep all of them waiting. */
  private static final int MOST_ROWS_IN_A_TURN = BLOCKS.batch() * LineBlock.MOST_BYTES;

  private final Supervisor scope;
  private final Optional<Chaos> chaos;
  private final Pipes pipes;
  // of a followed input, with rows before it
  private final AtomicReference<IOException> trouble = new AtomicReference<>();
  private final ReadMeter meter;
  private final CompletableFuture<DelayTable> table = new CompletableFuture<>();
  private final CompletableFuture<Rejects> rejects = new CompletableFuture<>();
  private final ProducerRef<LineBlock, Stage.Producer<LineBlock>> reader;
  private final Standings standings;
  private final ConsumerRef<List<TableRow>, Stage.Consumer<List<TableRow>>> builder;
  private final List<StageRef<?>> tickers = new ArrayList<>();
  private Registration watch = () -> { };

  /**
   * What came of it.
   *
   * @param table the table
   * @param rejects what there is to say of malformed lines
   * @param chaos what there is to say of crashes; empty without {@code --chaos}
   * @param trouble why a followed input could not be read any further; empty if it could
   */
  record Result(DelayTable table, Rejects rejects, Optional<String> chaos, Optional<IOException> trouble) {}

  /** Starts the stages. */
  private FlightsJob(FlightOptions options, Supervisor scope, Optional<Chaos> chaos, ReadMeter meter) {
    this.scope = scope;
    this.chaos = chaos;
    this.meter = meter;
    this.pipes = new Pipes(options.follow());
    FlightPartitions partitions = new FlightPartitions(options.partitions());
    reader = scope.start(Stage.producer(READER,
        producer(READER, () -> new BlockReader(options.inputs(), options.follow(), pipes, meter,
            options.follow() ? trouble : null, 0))));
    reader.pause();   // or a small input might be read, and the reader gone, before the last stage is there
    var parsers = startParsers(options, partitions);
    var tallies = startTallies(partitions, parsers);
    var log = startRejectLog(options, parsers);
    builder = startTableBuilder(tallies);
    standings = new TallyStandings(tallies, log);
    for (var parser : parsers) parser.subscribeTo(reader, BLOCKS);
  }

  private List<ProducerConsumerRef<LineBlock, Row, ?>> startParsers(FlightOptions options,
      FlightPartitions partitions) {
    List<ProducerConsumerRef<LineBlock, Row, ?>> parsers = new ArrayList<>();
    for (String name : parserNames(options)) {
      parsers.add(scope.start(producerConsumer(name, () -> new FlightParser(options.by()))
          .withDispatcher(partitions.dispatch())
          .withBuffer(MOST_ROWS_IN_A_TURN)));
    }
    return parsers;
  }

  private List<ProducerConsumerRef<Row, List<TableRow>, Stage.ProducerConsumer<Row, List<TableRow>>>> startTallies(
      FlightPartitions partitions, List<? extends ProducerRef<Row, ?>> parsers) {
    List<ProducerConsumerRef<Row, List<TableRow>, Stage.ProducerConsumer<Row, List<TableRow>>>> tallies =
        new ArrayList<>();
    for (String name : partitions.tallies()) {
      var spec = producerConsumer(name, DelayTally::new);
      for (var parser : parsers)
        spec = spec.subscribeTo(SubscriptionSpec.to(parser).withPartition(name).withDemand(ROWS));
      tallies.add(scope.start(spec));
    }
    return tallies;
  }

  private ConsumerRef<Row, Stage.Consumer<Row>> startRejectLog(FlightOptions options,
      List<? extends ProducerRef<Row, ?>> parsers) {
    var spec = consumer(FlightPartitions.REJECTS, () -> new RejectLog(options.rejects(), rejects));
    for (var parser : parsers)
      spec = spec.subscribeTo(SubscriptionSpec.to(parser).withPartition(FlightPartitions.REJECTS).withDemand(ROWS));
    return scope.start(spec);
  }

  private ConsumerRef<List<TableRow>, Stage.Consumer<List<TableRow>>> startTableBuilder(
      List<? extends ProducerRef<List<TableRow>, ?>> tallies) {
    var spec = consumer(TABLE, () -> new TableBuilder(table));
    for (var tally : tallies) spec = spec.subscribeTo(tally);
    return scope.start(spec);
  }

  // ---- the specs of stages that may crash on purpose

  private <O> StageFactory<Stage.Producer<O>> producer(String name, StageFactory<? extends Stage.Producer<O>> factory) {
    return chaos.isEmpty() ? factory::create : chaos.get().producer(name, factory);
  }

  private <I, O> ProducerConsumerSpec<I, O, Stage.ProducerConsumer<I, O>> producerConsumer(
      String name, StageFactory<? extends Stage.ProducerConsumer<I, O>> factory) {
    if (chaos.isEmpty()) return Stage.producerConsumer(name, factory);
    ProducerConsumerSpec<I, O, Stage.ProducerConsumer<I, O>> spec =
        Stage.producerConsumer(name, chaos.get().producerConsumer(name, factory));
    return spec.withRedelivery(chaos.get().redelivery())
        .withDeadLetters(chaos.get()::lost);
  }

  private <I> ConsumerSpec<I, Stage.Consumer<I>> consumer(String name,
      StageFactory<? extends Stage.Consumer<I>> factory) {
    if (chaos.isEmpty()) return Stage.consumer(name, factory);
    ConsumerSpec<I, Stage.Consumer<I>> spec = Stage.consumer(name, chaos.get().consumer(name, factory));
    return spec.withRedelivery(chaos.get().redelivery())
        .withDeadLetters(chaos.get()::lost);
  }

  private static List<String> parserNames(FlightOptions options) {
    return IntStream.range(0, options.parsers()).mapToObj(i -> "parser-" + i).toList();
  }

  private static List<String> namesOfAll(FlightOptions options) {
    List<String> names = new ArrayList<>(List.of(READER));
    names.addAll(parserNames(options));
    names.addAll(new FlightPartitions(options.partitions()).tallies());
    names.addAll(List.of(FlightPartitions.REJECTS, TABLE));
    return names;
  }

  /**
   * Starts the stages; nothing is read yet.
   *
   * @throws IOException if the size of an input cannot be found out
   * @throws stage.api.supervision.StageFailedException if one cannot start
   */
  static FlightsJob start(FlightOptions options) throws IOException {
    // Without chaos no restarts: what is wrong with an input is wrong the next time too.
    SupervisorSpec spec = SupervisorSpec.of("flights").withIntensity(Intensity.none());
    Supervisor scope = Supervisor.open(options.chaos().isPresent() ? options.chaos().get().supervisedBy(spec) : spec);
    try {
      ReadMeter meter = new ReadMeter();
      Optional<Chaos> chaos = Optional.empty();
      if (options.chaos().isPresent()) {
        chaos = Optional.of(new Chaos(options.chaos().get(), namesOfAll(options),
            TextInput.sizeOf(options.inputs()), meter));
      }
      return new FlightsJob(options, scope, chaos, meter);
    } catch (Throwable e) {
      scope.close();
      throw e;
    }
  }

  /** Has the table drawn, or totals printed, at each period. */
  void show(FlightOptions options, Streams streams, Duration period) {
    ProducerRef<Tick, Ticker> ticks = ticks("display-ticks", period);
    if (streams.outIsTerminal()) {
      scope.start(
          Stage.consumer("display", ticks, () -> new LiveTable(streams, standings, options)).withDemand(Demand.max(1)));
    } else {
      scope.start(Stage.consumer("display", ticks, () -> new LiveTotals(streams, standings, options))
          .withDemand(Demand.max(1)));
    }
  }

  /** Shows its stages until the job closes. */
  void watch(WatchMode how, Streams streams) {
    watch = how.begin(scope, streams::tell, streams.errIsTerminal());
  }

  /** Has progress told at each period. */
  void tellProgress(FlightOptions options, Streams streams, Duration period) throws IOException {
    OptionalLong size = options.follow() ? OptionalLong.empty() : TextInput.sizeOf(options.inputs());
    scope.start(Stage
        .consumer("progress", ticks("progress-ticks", period),
            () -> new ProgressLine(streams, meter, size, InstantSource.system()))
        .withDemand(Demand.max(1)));
  }

  private ProducerRef<Tick, Ticker> ticks(String name, Duration period) {
    ProducerRef<Tick, Ticker> ticker = scope.start(Stage.producer(name, () -> new Ticker(period)));
    tickers.add(ticker);
    return ticker;
  }

  /** Ends reading; what has been read is counted. Any thread. */
  void stopReading() {
    reader.stop();
    pipes.stop();   // or it might wait forever for a pipe that nobody writes to
  }

  /**
   * Reads, and waits for the result.
   *
   * @throws stage.api.supervision.StageFailedException if a stage failed
   * @throws JobFailed if the table would not be right
   */
  Result run() throws InterruptedException, JobFailed {
    reader.resume();
    builder.join();
    tickers.forEach(StageRef::stop);
    scope.join();
    if (chaos.isPresent()) {
      scope.close();   // by then every dead letter has been handled
      chaos.get().ensureHarmless();
    }
    return new Result(table.resultNow(), rejects.resultNow(), chaos.map(Chaos::report),
        Optional.ofNullable(trouble.get()));
  }

  @Override
  public void close() throws IOException {
    watch.close();
    try (pipes) {   // after the scope, or the reader might still read
      scope.close();
    }
  }
}
