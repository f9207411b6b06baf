package stage.samples.hello;

import stage.api.Demand;
import stage.api.Stage;
import stage.api.supervision.Supervisor;
import stage.samples.flights.StandardOutput;

/** The smallest pipeline: a producer of integers, and a consumer that asks for two at a time. */
public final class Hello {
  private Hello() {}

  /**
   * Runs it until the consumer has had enough.
   *
   * @param args none, or {@code --crash} to see what restart in place means
   * @throws InterruptedException if interrupted while waiting
   */
  public static void main(String[] args) throws InterruptedException {
    if (args.length == 1 && args[0].equals("--crash")) {
      Crash.main();
      StandardOutput.check("hello");
      return;
    }
    if (args.length > 0) {
      System.err.println("hello: unknown argument " + String.join(" ", args) + "; there is --crash");
      System.exit(2);
    }
    try (var app = Supervisor.open("hello")) {
      var numbers = app.start(Stage.producer("numbers", MyProducer::new));
      var printer = app.start(Stage.consumer("printer", numbers, MyConsumer::new).withDemand(Demand.max(2)));
      printer.join();
    }
    StandardOutput.check("hello");
  }
}
