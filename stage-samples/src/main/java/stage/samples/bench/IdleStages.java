package stage.samples.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageFactory;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;

/** Pipelines of two stages, all in one scope. */
final class IdleStages implements IdlePipelines {
  private final Supervisor app = Supervisor.open(SupervisorSpec.of("idle").withShutdown(Duration.ofMinutes(2)));
  private final Semaphore handled = new Semaphore(0);
  private final List<ProducerRef<Long, Silent>> producers = new ArrayList<>();

  /** {@return how they are made} */
  static Maker maker() {
    return new Maker() {
      @Override
      public String name() {
        return Stages.NAME;
      }

      @Override
      public IdlePipelines open(int pipelines) {
        return new IdleStages(pipelines);
      }
    };
  }

  private IdleStages(int pipelines) {
    StageFactory<Arrivals> arrivals = () -> new Arrivals(handled);
    for (int i = 0; i < pipelines; i++) {
      ProducerRef<Long, Silent> producer = app.start(Stage.producer("out" + i, Silent::new));
      app.start(Stage.consumer("in" + i, producer, arrivals));
      producers.add(producer);
    }
  }

  @Override
  public void carry(int events) throws InterruptedException {
    for (var producer : producers) {
      producer.castEmit((silent, out) -> {
        for (int i = 0; i < events; i++) out.emit(Events.at(i));
      });
    }
    handled.acquire(events * producers.size());
  }

  @Override
  public void close() {
    app.close();
  }

  /** Emits nothing of its own accord. */
  private static final class Silent implements Stage.Producer<Long> {
    @Override
    public void onDemand(long demand, Outlet<Long> out) {}
  }

  private static final class Arrivals implements Stage.Consumer<Long> {
    private final Semaphore handled;

    Arrivals(Semaphore handled) {
      this.handled = handled;
    }

    @Override
    public void onEvents(List<Long> events, Inlet<Long> from) {
      handled.release(events.size());
    }
  }
}
