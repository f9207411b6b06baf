package stage.samples.lines;

import java.io.IOException;
import java.time.Duration;
import stage.api.Outlet;
import stage.api.ProducerSpec;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;

/** The first stage: emits lines as they are asked for. */
public final class LineProducer implements Stage.Producer<Line> {
  private static final Duration POLL = Duration.ofMillis(200);

  private final Lines lines;
  private StageContext context;
  private State<Long> emitted;
  private boolean polls;

  private LineProducer(Lines lines) {
    this.lines = lines;
  }

  /** {@return a stage that emits these lines} */
  public static ProducerSpec<Line, LineProducer> of(Lines lines) {
    return of("lines", lines);
  }

  /** {@return a stage of this name that emits these lines} */
  public static ProducerSpec<Line, LineProducer> of(String name, Lines lines) {
    return Stage.producer(name, () -> new LineProducer(lines));
  }

  @Override
  public void onStart(StageContext context) {
    this.context = context;
    emitted = context.state("emitted", 0L);
  }

  @Override
  public void onDemand(long demand, Outlet<Line> out) throws IOException {
    lines.goOnAfter(emitted.value());
    long count = 0;
    for (Line line; count < demand && (line = lines.next()) != null; count++) out.emit(line);
    emitted.set(emitted.value() + count);
    if (lines.isEnded()) {
      out.complete();
    } else if (count == 0 && !polls) {
      polls = true;
      context.after(POLL, this::lookAgain);
    }
  }

  private void lookAgain() {
    polls = false;
    context.wakeUp();
  }
}
