package stage.samples.flights;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;
import stage.api.StopReason;

/**
 * The first stage: reads the inputs and emits their lines, a block at a time.
 *
 * <p>One block a turn, because a turn's events are published when it returns: the parser can start on the first block while the second is
 * read. Demand that is not met stays outstanding, so at the end of a file that may grow there is nothing to remember: a timer wakes the
 * stage up, and it looks again.
 *
 * <p>The place that was reached is a state: it changes with the turn, so that a reader that is restarted goes on behind the last block
 * that was published.
 */
final class LineReader implements Stage.Producer<LineBlock> {
  private static final Duration POLL = Duration.ofMillis(200);

  private final List<Input> inputs;
  private final boolean follow;
  private final Pipes pipes;
  private final Meter meter;
  private StageContext context;
  private State<Place> place;
  private LineSource source;
  private boolean polling;

  LineReader(List<Input> inputs, boolean follow, Pipes pipes, Meter meter) {
    this.inputs = inputs;
    this.follow = follow;
    this.pipes = pipes;
    this.meter = meter;
  }

  @Override
  public void onStart(StageContext context) {
    this.context = context;
    place = context.state("place", Place.START);
    source = new LineSource(inputs, follow, place.value(), pipes);
  }

  @Override
  public void onDemand(long demand, Outlet<LineBlock> out) throws IOException {
    LineBlock block = source.next();
    if (block != null) {
      out.emit(block);
      place.set(source.place());
      meter.show(source.place().rows(), source.position());
      context.wakeUp();
    } else if (source.isEnded()) {
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
