package stage.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import stage.api.Demand;
import stage.api.Stage;
import stage.api.supervision.Supervisor;
import stage.runtime.testkit.Ledgers;
import stage.runtime.testkit.SimulatedRuntime;

class LedgersTest {
  @Test
  void theBooksAreAuditedWhileTheScopeIsOpenAndAfter() {
    SimulatedRuntime.withSeeds(1, 100).run(simulated -> {
      Supervisor audited;
      try (Supervisor scope = Supervisor.open("audited")) {
        audited = scope;
        var source = scope.start(Stage.producer("source", Integer.class, () -> (demand, out) -> {
          for (long i = 0; i < demand; i++) out.emit(1);
        }));
        scope.start(Stage.consumer("sink", source, () -> (events, from) -> {}).withDemand(Demand.max(4)));
        for (int i = 0; i < 20; i++) {
          simulated.pass();
          Ledgers.assertBalanced(scope);
        }
      }
      Ledgers.assertBalanced(audited);
      assertThat(audited.report().isClean()).isTrue();
    });
  }
}
