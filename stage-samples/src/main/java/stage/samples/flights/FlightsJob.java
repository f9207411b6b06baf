package stage.samples.flights;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.ProducerConsumerRef;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageRef;
import stage.api.SubscriptionSpec;
import stage.api.supervision.Supervisor;

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
 * <p>Nothing here holds rows: whoever is slow stops asking, so the reader stops reading, and memory stays flat. The thread that starts a
 * job runs and closes it.
 */
final class FlightsJob implements AutoCloseable {
  /** A few blocks ahead of a parser are enough to keep it busy. */
  private static final Demand BLOCKS = Demand.max(8);

  /** Large, so that a block's rows mostly fit in what the tallies have asked for. */
  private static final Demand ROWS = Demand.max(4096);

  /** The rows of one batch of blocks; a tally may have to keep all of them waiting. */
  private static final int MOST_ROWS_IN_A_TURN = BLOCKS.batch() * LineBlock.MOST_BYTES;

  private final Supervisor scope;
  private final Meter meter = new Meter();
  private final CompletableFuture<Table> table = new CompletableFuture<>();
  private final CompletableFuture<Rejects> rejects = new CompletableFuture<>();
  private final ProducerRef<LineBlock, LineReader> reader;
  private final Standings standings;
  private final ConsumerRef<List<TableRow>, TableBuilder> builder;
  private final List<StageRef<?>> tickers = new ArrayList<>();

  /** What came of it. */
  record Result(Table table, Rejects rejects) {}

  /** Starts the stages. */
  private FlightsJob(Options options, Supervisor scope) {
    this.scope = scope;
    Partitions partitions = new Partitions(options.partitions());
    reader = scope.start(Stage.producer("reader", () -> new LineReader(options.inputs(), options.follow(), meter)));
    reader.pause();   // or a small input might be read, and the reader gone, before the last stage is there
    var parsers = startParsers(options, partitions);
    var tallies = startTallies(partitions, parsers);
    var log = startRejectLog(options, parsers);
    builder = startTableBuilder(tallies);
    standings = new Standings(tallies, log);
    for (var parser : parsers) parser.subscribeTo(reader, BLOCKS);
  }

  private List<ProducerConsumerRef<LineBlock, Row, FlightParser>> startParsers(Options options, Partitions partitions) {
    List<ProducerConsumerRef<LineBlock, Row, FlightParser>> parsers = new ArrayList<>();
    for (int i = 0; i < options.parsers(); i++) {
      parsers.add(scope.start(Stage.producerConsumer("parser-" + i, () -> new FlightParser(options.by()))
          .withDispatch(partitions.dispatch())
          .withBuffer(MOST_ROWS_IN_A_TURN)));
    }
    return parsers;
  }

  private List<ProducerConsumerRef<Row, List<TableRow>, DelayTally>> startTallies(
      Partitions partitions, List<? extends ProducerRef<Row, ?>> parsers) {
    List<ProducerConsumerRef<Row, List<TableRow>, DelayTally>> tallies = new ArrayList<>();
    for (String name : partitions.tallies()) {
      var spec = Stage.producerConsumer(name, DelayTally::new);
      for (var parser : parsers) spec = spec.subscribeTo(SubscriptionSpec.to(parser).withPartition(name).withDemand(ROWS));
      tallies.add(scope.start(spec));
    }
    return tallies;
  }

  private ConsumerRef<Row, RejectLog> startRejectLog(Options options, List<? extends ProducerRef<Row, ?>> parsers) {
    var spec = Stage.consumer(Partitions.REJECTS, () -> new RejectLog(options.rejects(), rejects));
    for (var parser : parsers) spec = spec.subscribeTo(SubscriptionSpec.to(parser).withPartition(Partitions.REJECTS).withDemand(ROWS));
    return scope.start(spec);
  }

  private ConsumerRef<List<TableRow>, TableBuilder> startTableBuilder(List<? extends ProducerRef<List<TableRow>, ?>> tallies) {
    var spec = Stage.consumer("table", () -> new TableBuilder(table));
    for (var tally : tallies) spec = spec.subscribeTo(tally);
    return scope.start(spec);
  }

  /**
   * Starts the stages; nothing is read yet.
   *
   * @throws stage.api.supervision.StageFailed if one cannot start
   */
  static FlightsJob start(Options options) {
    Supervisor scope = Supervisor.open("flights");
    try {
      return new FlightsJob(options, scope);
    } catch (Throwable e) {
      scope.close();
      throw e;
    }
  }

  /** Has the table drawn, or totals printed, at each period. */
  void show(Options options, Streams streams, Duration period) {
    ProducerRef<Tick, Ticker> ticks = ticks("display-ticks", period);
    if (streams.outIsTerminal()) {
      scope.start(Stage.consumer("display", () -> new LiveTable(streams, standings, options)).subscribeTo(ticks, Demand.max(1)));
    } else {
      scope.start(Stage.consumer("display", () -> new LiveTotals(streams, standings, options)).subscribeTo(ticks, Demand.max(1)));
    }
  }

  /** Has progress told at each period. */
  void tellProgress(Options options, Streams streams, Duration period) throws IOException {
    OptionalLong size = options.follow() ? OptionalLong.empty() : sizeOf(options.inputs());
    scope.start(Stage.consumer("progress", () -> new ProgressLine(streams, meter, size, InstantSource.system()))
        .subscribeTo(ticks("progress-ticks", period), Demand.max(1)));
  }

  private ProducerRef<Tick, Ticker> ticks(String name, Duration period) {
    ProducerRef<Tick, Ticker> ticker = scope.start(Stage.producer(name, () -> new Ticker(period)));
    tickers.add(ticker);
    return ticker;
  }

  /** Ends reading; what has been read is counted. Any thread. */
  void stopReading() {
    reader.stop();
  }

  /**
   * Reads, and waits for the result.
   *
   * @throws stage.api.supervision.StageFailed if a stage failed
   */
  Result run() throws InterruptedException {
    reader.resume();
    builder.join();
    tickers.forEach(StageRef::stop);
    scope.join();
    return new Result(table.resultNow(), rejects.resultNow());
  }

  @Override
  public void close() {
    scope.close();
  }

  private static OptionalLong sizeOf(List<Input> inputs) throws IOException {
    long sum = 0;
    for (Input input : inputs) {
      OptionalLong size = input.size();
      if (size.isEmpty()) return size;
      sum += size.getAsLong();
    }
    return OptionalLong.of(sum);
  }
}
