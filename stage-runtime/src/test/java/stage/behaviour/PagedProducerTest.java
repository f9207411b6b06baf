package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.Dispatcher;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.SubscriptionSpec;
import stage.api.supervision.Supervisor;
import stage.runtime.testkit.SimulatedRuntime;

/** Producers that emit fewer events than are wanted, though they have more. */
class PagedProducerTest {
  private static final int ROWS = 1000;

  private final List<Integer> handled = new ArrayList<>();
  private int calls;

  /** Reads a page each time it is asked. */
  private final class Pages implements Stage.Producer<Integer> {
    private final int page;
    private int row;

    Pages(int page) {
      this.page = page;
    }

    @Override
    public void onDemand(long demand, Outlet<Integer> out) {
      calls++;
      for (int i = 0; i < page && i < demand && row < ROWS; i++) out.emit(row++);
      if (row == ROWS) out.complete();
    }
  }

  private void run(Dispatcher<Integer> dispatch, java.util.function.UnaryOperator<SubscriptionSpec<Integer>> how,
      Stage.Producer<Integer> pages) {
    SimulatedRuntime.withSeed(1).run(simulated -> {
      try (var app = Supervisor.open("pages")) {
        var producer = app.start(Stage.producer("pages", () -> pages).withDispatcher(dispatch));
        app.start(Stage.consumer("sink", how.apply(SubscriptionSpec.to(producer)),
            () -> (events, from) -> handled.addAll(events)));
        assertThat(app.join(Duration.ofSeconds(10))).isTrue();
      }
    });
    assertThat(handled).hasSize(ROWS);
  }

  @ParameterizedTest(name = "{0} rows a page")
  @ValueSource(ints = {1, 50, 999, 1000, 2000})
  void b50_n2_areAskedAgainWhileDemandIsLeft(int page) {
    run(Dispatcher.demand(), to -> to, new Pages(page));
    assertThat(calls).isEqualTo(Math.max(1, (ROWS + page - 1) / page));
  }

  @Test
  void b50_areAskedAgainWhateverTheDispatch() {
    run(Dispatcher.broadcast(), to -> to.withSelector(row -> true), new Pages(50));
    handled.clear();
    run(Dispatcher.partition(List.of("all"), row -> "all"), to -> to.withPartition("all"), new Pages(50));
    handled.clear();
    run(Dispatcher.shared((events, subscriptions, shares) -> shares[0] = events), to -> to, new Pages(50));
  }

  @Test
  void b50_areAskedAgainAfterAPageThatATimerHasEmitted() {
    run(Dispatcher.demand(), to -> to, new Stage.Producer<>() {
      private StageContext context;
      private boolean isReading;
      private int row;
      private Outlet<Integer> out;

      @Override
      public void onStart(StageContext context) {
        this.context = context;
      }

      @Override
      public void onDemand(long demand, Outlet<Integer> out) {
        calls++;
        this.out = out;
        if (isReading) return;
        isReading = true;
        context.after(Duration.ofMillis(1), this::page);
      }

      private void page() {
        isReading = false;
        for (int i = 0; i < 50; i++) out.emit(row++);
        if (row == ROWS) out.complete();
      }
    });
    assertThat(calls).isGreaterThanOrEqualTo(ROWS / 50);   // refills of the demand come between
  }

  @Test
  void b50_areNotAskedAgainIfTheyHadNothing() {
    SimulatedRuntime.withSeed(1).run(simulated -> {
      try (var app = Supervisor.open("pages")) {
        var producer = app.start(Stage.producer("nothing", () -> (Stage.Producer<Integer>) (demand, out) -> calls++));
        app.start(Stage.consumer("sink", producer, () -> (events, from) -> {}));
        app.join(Duration.ofSeconds(1));
        assertThat(calls).isEqualTo(1);
      }
    });
  }
}
