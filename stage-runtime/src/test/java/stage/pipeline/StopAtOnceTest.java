package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import stage.api.Demand;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Report;
import stage.api.pipeline.Running;
import stage.api.pipeline.Settling;
import stage.api.supervision.Supervisor;
import stage.runtime.testkit.SimulatedRuntime;

/** A job that is stopped as soon as it was started, while its stages still hear of their consumers. */
class StopAtOnceTest {
  private static final int ENOUGH_TO_BE_STOPPED_AT_EACH_POINT = 100;

  @Test
  void handlesWhatIsInFlight() {
    SimulatedRuntime.withSeeds(0, ENOUGH_TO_BE_STOPPED_AT_EACH_POINT).run(simulation -> {
      try (Supervisor app = Supervisor.open("app")) {
        Running<Report> job = Pipeline.deliveries(new TestQueue(30), Settling.inFlight(20).absorbed()).map(n -> n)
            .keyBy(n -> n).workers(3).scan(0, (count, n) -> count + 1).async().forEach(count -> {})
            .withDemand(new Demand(4, 2, false)).start(app, "job");
        for (int steps = simulation.choose(60); steps > 0; steps--) simulation.pass();
        job.stop();
        job.join();
        assertThat(job.report().deliveries().getFirst().nacked()).isZero();
      }
    });
  }
}
