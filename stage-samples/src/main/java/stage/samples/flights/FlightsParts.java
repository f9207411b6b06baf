package stage.samples.flights;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import stage.api.ConsumerSpec;
import stage.api.ProducerSpec;
import stage.api.Stage;
import stage.api.pipeline.All;
import stage.api.pipeline.Fn;
import stage.api.pipeline.Fold;
import stage.api.pipeline.KeyValue;
import stage.api.pipeline.Pane;

/**
 * The stages at the ends of a {@link FlightsPipeline} and the functions in its steps, which with {@code --chaos} crash
 * on purpose.
 */
final class FlightsParts implements AutoCloseable {
  private static final String LOG = "rejects";

  /** The steps and how far apart their crashes are: a step with few calls would not come to all of its own. */
  private static final Map<String, Integer> STEPS = Map.of("parse", 2, "count", 10, "row", 3);

  private static final int BLOCK_BITS = 40;   // no input has more blocks

  private final FlightOptions options;
  private final Optional<Chaos> chaos;
  private final List<ReadMeter> meters = new ArrayList<>();
  private final List<Pipes> pipes = new ArrayList<>();
  private final List<ProducerSpec<LineBlock, ?>> readers = new ArrayList<>();
  private final BlockParser parser;
  private final AtomicReference<IOException> trouble = new AtomicReference<>();
  private final CompletableFuture<Rejects> rejects = new CompletableFuture<>();
  private final AtomicReference<Rejects> rejectsSoFar = new AtomicReference<>(Rejects.NONE);

  FlightsParts(FlightOptions options, OptionalLong size) {
    this.options = options;
    boolean isWindowed = options.window().isPresent();
    // With windows each input has a time of its own.
    List<List<TextInput>> inputs = isWindowed ? options.inputs().stream().map(List::of).toList()
        : List.of(options.inputs());
    List<String> names = inputs.size() == 1 ? List.of("reader")
        : IntStream.range(0, inputs.size()).mapToObj(i -> "reader-" + i).toList();
    for (int i = 0; i < names.size(); i++) {
      meters.add(new ReadMeter());
      pipes.add(new Pipes(options.follow()));
    }
    parser = new BlockParser(options.by(), isWindowed);
    List<String> stages = new ArrayList<>(names);
    stages.add(LOG);
    chaos = options.chaos().map(wish -> new Chaos(wish, stages, STEPS, size, meter()));
    for (int i = 0; i < names.size(); i++) readers.add(reader(names.get(i), i, inputs.get(i)));
  }

  private ProducerSpec<LineBlock, ?> reader(String name, int index, List<TextInput> inputs) {
    boolean follows = options.follow() && inputs.getLast() == options.inputs().getLast();
    long firstBlock = (long) index << BLOCK_BITS;
    Pipes its = pipes.get(index);
    ReadMeter meter = meters.get(index);
    if (chaos.isEmpty()) {
      return Stage.producer(name, () -> new BlockReader(inputs, follows, its, meter, trouble, firstBlock));
    }
    return Stage.producer(name, chaos.get().producer(name,
        () -> new BlockReader(inputs, follows, its, meter, trouble, firstBlock)));
  }

  // ---- for the pipeline

  /** {@return what reads all inputs} */
  ProducerSpec<LineBlock, ?> reader() {
    return readers.getFirst();
  }

  /** {@return what reads each input} */
  List<ProducerSpec<LineBlock, ?>> readers() {
    return readers;
  }

  /** {@return what counts malformed lines, and keeps them if that is asked for} */
  ConsumerSpec<Row, ?> log() {
    if (chaos.isEmpty()) {
      return Stage.consumer(LOG, () -> new RejectLog(options.rejects(), rejects, rejectsSoFar::set));
    }
    ConsumerSpec<Row, Stage.Consumer<Row>> spec =
        Stage.consumer(LOG, chaos.get().consumer(LOG, () -> new RejectLog(options.rejects(), rejects)));
    return spec.withRedelivery(chaos.get().redelivery()).withDeadLetters(chaos.get()::lost);
  }

  /** {@return makes rows of a block} */
  Fn<LineBlock, List<Row>> parse() {
    return chaos.isEmpty() ? parser::rows : chaos.get().step("parse", parser::rows);
  }

  /** {@return counts the flights of a key in a block} */
  Fold<DelayCounts, FlightDelays> count() {
    Fold<DelayCounts, FlightDelays> count = (counts, flights) -> counts.with(flights.minutes());
    return chaos.isEmpty() ? count : chaos.get().fold("count", count);
  }

  /** {@return counts a flight that has a time} */
  Fold<DelayCounts, TimedFlight> countTimed() {
    Fold<DelayCounts, TimedFlight> count = (counts, flight) -> counts.with(flight.flight().delay());
    return chaos.isEmpty() ? count : chaos.get().fold("count", count);
  }

  /** {@return makes a row of the table} */
  Fn<KeyValue<String, DelayCounts>, TableRow> row() {
    Fn<KeyValue<String, DelayCounts>, TableRow> row = each -> each.value().row(each.key());
    return chaos.isEmpty() ? row : chaos.get().lastStep("row", row);
  }

  /** {@return makes the table of a window} */
  Fn<Pane<All, List<Pane<String, DelayCounts>>>, TableOfWindow> table() {
    return chaos.isEmpty() ? TableOfWindow::of : chaos.get().lastStep("row", TableOfWindow::of);
  }

  // ---- for who runs it

  /** {@return how far reading has come} */
  ReadMeter meter() {
    return meters.size() == 1 ? meters.getFirst() : new ReadMeter(meters);
  }

  /** {@return the crashes, if any are planned} */
  Optional<Chaos> chaos() {
    return chaos;
  }

  /** {@return what there is to say of malformed lines} The log has ended. */
  Rejects rejects() {
    return rejects.resultNow();
  }

  /** {@return what there is to say of malformed lines so far} Any thread. */
  Rejects rejectsSoFar() {
    return rejectsSoFar.get();
  }

  /** {@return why a followed input could not be read any further, with rows before that} */
  Optional<IOException> trouble() {
    return Optional.ofNullable(trouble.get());
  }

  /** Ends pipes that nobody writes to. Any thread. */
  void stopPipes() {
    pipes.forEach(Pipes::stop);
  }

  /** Not before the readers have ended. */
  @Override
  public void close() throws IOException {
    for (Pipes each : pipes) each.close();
  }
}
