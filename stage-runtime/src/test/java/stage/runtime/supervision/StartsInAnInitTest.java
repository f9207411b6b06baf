package stage.runtime.supervision;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.supervision.SupervisorInit;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.engine.SubscriptionGraph;
import stage.runtime.time.DelegatingTime;
import stage.runtime.time.Latch;
import stage.runtime.time.RealTime;

class StartsInAnInitTest {
  private final CountDownLatch mayFail = new CountDownLatch(1);

  /**
   * The first latch for which an init waits is open already, as if the thread that was the last of an earlier wait had
   * opened this one. With the second wait the stage may go on.
   */
  private final class OpenedTooSoon extends DelegatingTime {
    private boolean hasOpenedOne;

    OpenedTooSoon() {
      super(new RealTime());
    }

    @Override
    public Latch latch(String opens, String owner) {
      Latch latch = super.latch(opens, owner);
      if (!opens.equals("the starts in the init of")) return latch;
      if (hasOpenedOne) mayFail.countDown();
      else latch.open();
      hasOpenedOne = true;
      return latch;
    }
  }

  private final class FailsLate implements Stage.Generator<Integer> {
    @Override
    public void onStart(StageContext context) throws Exception {
      mayFail.await();
      throw new IllegalStateException("no such table");
    }

    @Override
    public void generate(Outlet<Integer> out) {}
  }

  @Test
  void areAwaitedToTheLastAlsoWhereALatchWasOpenedTooSoon() {
    SupervisorInit init = children -> children.start(Stage.generator("late", FailsLate::new));
    Scope scope = Scope.open(SupervisorSpec.of("app"), new SubscriptionGraph(new OpenedTooSoon()), new ScopeOwners());
    try {
      assertThatThrownBy(() -> scope.starts().runInit(init)).hasStackTraceContaining("no such table");
    } finally {
      mayFail.countDown();
      scope.close();
    }
  }
}
