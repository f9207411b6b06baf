package stage.samples.hello;

import java.util.List;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;
import stage.api.StopReason;
import stage.api.SubscriptionSnapshot;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;

/**
 * What restart in place means: a printer that crashes twice for different reasons, and what its neighbours and its
 * events notice.
 */
final class Crash {
  private Crash() {}

  /** Counts from 1 to 9. Its incarnation is told at the end: it never learns of the crashes. */
  private static final class Numbers implements Stage.Producer<Integer> {
    private int next = 1;

    @Override
    public void onDemand(long demand, Outlet<Integer> out) {
      for (long i = 0; i < demand && next <= 9; i++) out.emit(next++);
      if (next > 9) out.complete();
    }
  }

  /** Prints and adds up. Has a paper jam at 3, which a new incarnation gets over, and at 7, which none does. */
  private static final class Printer implements Stage.Consumer<Integer> {
    private StageContext context;
    private State<Integer> sum;

    @Override
    public void onStart(StageContext context) {
      this.context = context;
      sum = context.state(0);
      say("starts, sum so far " + sum.value());
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {
      say("gets " + events);
      for (int event : events) {
        if (event == 3 && context.incarnation() == 1 || event == 7) throw new PaperJam("paper jam at " + event);
        sum.set(sum.value() + event);
      }
    }

    @Override
    public void onStop(StopReason reason) {
      if (reason instanceof StopReason.Crashed(var cause)) say("crashes: " + cause.getMessage());
      else say("ends, sum " + sum.value());
    }

    private void say(String what) {
      System.out.println("  printer#" + context.incarnation() + " " + what);
    }
  }

  static void main() throws InterruptedException {
    System.out
        .println("numbers counts to 9, printer takes 4 at most and adds them up; at 3 it has a jam once, at 7 always:");
    // One restart for the jam that passes and three for the one that does not: more than the 3 in 5 seconds that a
    // supervisor stands by default.
    try (var app = Supervisor.open(SupervisorSpec.of("hello").withIntensity(Intensity.of(5)))) {
      var numbers = app.start(Stage.producer("numbers", Numbers::new));
      var printer = app.start(Stage.consumer("printer", Printer::new)
          .withDeadLetters(
              letter -> System.out.println("  given up after " + letter.attempts() + " attempts: " + letter.event())));
      var subscription = printer.subscribeTo(numbers, Demand.max(4).min(0));
      app.join();

      System.out.println("numbers has seen nothing of it: it is still incarnation " + numbers.snapshot().incarnation()
          + ", and the subscription the first one");
      SubscriptionSnapshot ledger = subscription.snapshot();
      System.out.println(
          "sent " + ledger.sent() + " = handled " + ledger.handled() + " + dead letters " + ledger.deadLettered()
          + "; the sum is 1+2+3+4+5+6+8+9 = 38: nothing lost, nothing twice");
    }
  }
}
