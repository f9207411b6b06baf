package stage.samples.flights;

import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import stage.api.ProducerSpec;
import stage.api.pipeline.Action;
import stage.api.pipeline.Bound;
import stage.api.pipeline.EventTime;
import stage.api.pipeline.Job;
import stage.api.pipeline.KeyValue;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Report;
import stage.api.pipeline.Windows;

/**
 * {@code ./stage flights} as a pipeline: what is done with flights, and nothing of how it is run. {@link FlightsJob} is
 * the same, wired by hand.
 *
 * @param options what the command line asks for
 * @param parts the ends and the functions
 */
record FlightsPipeline(FlightOptions options, FlightsParts parts) {
  /** How many blocks wait for a parser: enough to keep it busy. */
  private static final int BLOCKS = 8;

  /** Malformed lines come by as well; they must not say how late it is, so they are older than any flight. */
  private static final Instant OF_NO_FLIGHT = BlockParser.FIRST;

  /** {@return a job that makes one table of all flights} */
  Job<List<TableRow>> table() {
    return Pipeline.from(parts.reader())                                        // blocks of lines
        .buffer(BLOCKS)
        .parallel(options.parsers(), part -> part.flatMap(parts.parse()).named("parse"))
        .divertTo(Reject.class::isInstance, malformed -> malformed.to(parts.log()))
        .ofType(FlightDelays.class)                                             // of a key in a block
        .keyBy(FlightDelays::key).workers(options.partitions())
        .aggregate(new DelayCounts(), parts.count())
        .map(parts.row()).named("row")
        .toList();
  }

  /**
   * {@return a job that counts the flights of input that goes on, and tells the newest counts of a key as it changes}
   *
   * @param keep is given the counts of a key of a block that has come
   */
  Job<Report> standings(Action<KeyValue<String, DelayCounts>> keep) {
    return flights()
        .keyBy(FlightDelays::key).workers(options.partitions())
        .scan(new DelayCounts(), parts.count())
        .forEach(keep);
  }

  /** What {@link #table} begins with, which shows a whole pipeline in one piece. */
  private Pipeline<FlightDelays> flights() {
    return Pipeline.from(parts.reader())
        .buffer(BLOCKS)
        .parallel(options.parsers(), part -> part.flatMap(parts.parse()).named("parse"))
        .divertTo(Reject.class::isInstance, malformed -> malformed.to(parts.log()))
        .ofType(FlightDelays.class);
  }

  /**
   * {@return a job that makes a table for each window of departure} An input is read when the one before it has ended,
   * and has a watermark of its own: so it does not matter in which order they are given.
   *
   * @param show is given each table as soon as no flight of its window can come any more
   */
  Job<Report> tables(Action<TableOfWindow> show) {
    var time = EventTime.<Row>of(FlightsPipeline::departure).outOfOrder(options.outOfOrder());
    var window = Windows.tumbling(options.window().orElseThrow());
    return concat(reader -> Pipeline.from(reader)
            .buffer(BLOCKS)
            .flatMap(parts.parse()).eventTime(time))
        .divertTo(Reject.class::isInstance, malformed -> malformed.to(parts.log()))
        .ofType(TimedFlight.class)
        .keyBy(TimedFlight::key).workers(options.partitions())
        .window(window)
        .aggregate(new DelayCounts(), parts.countTimed())
        .window(window).toList(Bound.rows(Integer.MAX_VALUE).crashing())        // the keys of each window
        .map(parts.table()).named("row")
        .forEach(show);
  }

  @SuppressWarnings({"unchecked", "rawtypes"})   // an array of Pipeline<Row> is only to be had so
  private Pipeline<Row> concat(Function<ProducerSpec<LineBlock, ?>, Pipeline<Row>> rows) {
    Pipeline[] all = parts.readers().stream().map(rows).toArray(Pipeline[]::new);
    return Pipeline.concat((Pipeline<Row>[]) all);
  }

  private static Instant departure(Row row) {
    return row instanceof TimedFlight flight ? flight.departure() : OF_NO_FLIGHT;
  }
}
