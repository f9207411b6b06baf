package stage.samples.flights;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StopReason;

/**
 * The first stage: reads the inputs and emits their lines, a block at a time.
 *
 * <p>One block a turn, because a turn's events are published when it returns: the parser can start on the first block while the second is
 * read. Demand that is not met stays outstanding, so at the end of a file that may grow there is nothing to remember: a timer wakes the
 * stage up, and it looks again.
 */
final class LineReader implements Stage.Producer<LineBlock> {
  private static final Duration POLL = Duration.ofMillis(200);

  private final LineSource source;
  private final Meter meter;
  private StageContext context;
  private boolean polling;

  LineReader(List<Input> inputs, boolean follow, Meter meter) {
    this.source = new LineSource(inputs, follow);
    this.meter = meter;
  }

  @Override
  public void onStart(StageContext context) {
    this.context = context;
  }

  @Override
  public void onDemand(long demand, Outlet<LineBlock> out) throws IOException {
    LineBlock block = source.next();
    if (block != null) {
      out.emit(block);
      meter.advance(block.lines(), source.position());
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
