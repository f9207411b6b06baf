package stage.samples.flights;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;
import stage.api.StopReason;

/**
 * The first stage: reads the inputs and emits their lines, a block at a time.
 *
 * <p>One block a turn, because a turn's events are published when it returns: the parser can start on the first block
 * while the second is read. Demand that is not met stays outstanding, so at the end of a file that may grow there is
 * nothing to remember: a timer wakes the stage up, and it looks again.
 *
 * <p>The place that was reached is a state: it changes with the turn, so that a reader that is restarted goes on behind
 * the last block that was published.
 */
final class BlockReader implements Stage.Producer<LineBlock> {
  private static final Duration POLL = Duration.ofMillis(200);

  private final List<TextInput> inputs;
  private final boolean follow;
  private final Pipes pipes;
  private final ReadMeter meter;
  private final AtomicReference<IOException> trouble;
  private final long firstBlock;
  private StageContext context;
  private State<Place> place;
  private BlockSource source;
  private boolean polling;

  /** Reads inputs to their ends. */
  BlockReader(List<TextInput> inputs, Pipes pipes, ReadMeter meter) {
    this(inputs, false, pipes, meter, null, 0);
  }

  /**
   * Reads inputs, and may follow the last.
   *
   * @param trouble where to leave why an input could not be read any further, instead of failing; null to fail
   * @param firstBlock the number of the first block
   */
  BlockReader(List<TextInput> inputs, boolean follow, Pipes pipes, ReadMeter meter,
      AtomicReference<IOException> trouble, long firstBlock) {
    this.inputs = inputs;
    this.follow = follow;
    this.pipes = pipes;
    this.meter = meter;
    this.trouble = trouble;
    this.firstBlock = firstBlock;
  }

  @Override
  public void onStart(StageContext context) {
    this.context = context;
    place = context.state("place", Place.START);
    source = new BlockSource(inputs, follow, place.value(), pipes);
  }

  @Override
  public void onDemand(long demand, Outlet<LineBlock> out) throws IOException {
    LineBlock block;
    try {
      block = source.next();
    } catch (IOException e) {
      if (trouble == null) throw e;
      trouble.compareAndSet(null, e);
      meter.end();
      out.complete();
      return;
    }
    if (block != null) {
      out.emit(block.withNumber(firstBlock + block.number()));
      place.set(source.place());
      meter.show(source.place().rows(), source.position());
      context.wakeUp();
    } else if (source.isEnded()) {
      meter.end();
      out.complete();
    } else if (!polling) {
      polling = true;
      context.after(POLL, this::lookAgain);
    }
  }

  private void lookAgain() {
    polling = false;
    context.wakeUp();
  }

  @Override
  public void onStop(StopReason reason) throws IOException {
    source.close();
  }
}
