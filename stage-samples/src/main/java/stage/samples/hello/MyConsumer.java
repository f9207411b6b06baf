package stage.samples.hello;

import java.util.List;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StageContext;

/** Prints the batches it gets, and ends after ten. */
public final class MyConsumer implements Stage.Consumer<Integer> {
  private StageContext context;
  private int batches;

  @Override
  public void onStart(StageContext context) {
    this.context = context;
  }

  @Override
  public void onEvents(List<Integer> events, Inlet<Integer> from) {
    System.out.println(events);
    if (++batches == 10) context.stop();
  }
}
