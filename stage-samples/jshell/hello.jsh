// A producer of integers, and a consumer that may have two events outstanding and ends after ten batches. It asks again
// after each event, so a batch is one event.

class MyProducer implements Stage.Producer<Integer> {
  private int next = 0;

  public void onDemand(long demand, Outlet<Integer> out) {
    for (long i = 0; i < demand; i++) out.emit(next++);
  }
}

class MyConsumer implements Stage.Consumer<Integer> {
  private StageContext context;
  private int batches;

  public void onStart(StageContext context) {
    this.context = context;
  }

  public void onEvents(List<Integer> events, Inlet<Integer> from) {
    System.out.println(events);
    if (++batches == 10) context.stop();
  }
}

try (var app = Supervisor.open("hello")) {
  var numbers = app.start(Stage.producer("numbers", MyProducer::new));
  var printer = app.start(Stage.consumer("printer", numbers, MyConsumer::new).withDemand(Demand.max(2)));
  printer.join();
}

/exit
