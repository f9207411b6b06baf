// Supervision, live: start, watch, kill an incarnation, watch it go on, swap in a class that was just redefined, watch it go on.

var lines = new java.util.concurrent.LinkedBlockingQueue<String>()

/** The next line that is printed, or an exception if none comes: then the log tells why. */
String nextLine() throws InterruptedException {
  String line = lines.poll(20, java.util.concurrent.TimeUnit.SECONDS);
  if (line == null) throw new IllegalStateException("no line was printed for 20 seconds");
  return line;
}

/** Prints the last line before one that begins like this, that line, and two more. */
void watch(String who) throws InterruptedException {
  String before = null;
  String line = nextLine();
  for (; !line.startsWith(who); line = nextLine()) before = line;
  if (before != null) System.out.println("  " + before);
  System.out.println("  " + line);
  for (int i = 0; i < 2; i++) System.out.println("  " + nextLine());
}

class Ticker implements Stage.Producer<Integer> {
  State<Integer> next;
  boolean isTime;

  public void onStart(StageContext context) {
    next = context.state(1);
    context.every(Duration.ofMillis(50), () -> { isTime = true; context.wakeUp(); });
  }

  public void onDemand(long demand, Outlet<Integer> out) {
    if (!isTime) return;
    out.emit(next.value());
    next.set(next.value() + 1);
    isTime = false;
  }
}

class Printer implements Stage.Consumer<Integer> {
  StageContext context;

  public void onStart(StageContext context) { this.context = context; }

  public void onEvents(List<Integer> events, Inlet<Integer> from) { lines.add("printer#" + context.incarnation() + " " + events); }
}

System.out.println("started:")
var app = Supervisor.open("live")
var numbers = app.start(Stage.producer("numbers", Ticker::new))
ConsumerRef<Integer, Stage.Consumer<Integer>> printer = app.start(Stage.consumer("printer", numbers, Printer::new))
watch("printer#1")

System.out.println("killed; it goes on with the next number:")
printer.kill()
watch("printer#2")

System.out.println("the producer too; it goes on counting, and its consumer notices nothing:")
numbers.kill()
while (numbers.snapshot().incarnation() == 1) nextLine();
watch("printer#2")

// The same name, another class: from now on, also at each restart.
class Printer implements Stage.Consumer<Integer> {
  public void onEvents(List<Integer> events, Inlet<Integer> from) { lines.add("NEW PRINTER " + events + "!"); }
}

System.out.println("redefined and swapped in:")
printer.replace(Printer::new)
watch("NEW PRINTER")

System.out.println(app.snapshot().crashes() + " crashes, " + app.snapshot().restarts() + " restarts; numbers is incarnation " + numbers.snapshot().incarnation() + ", printer " + printer.snapshot().incarnation())
app.close()

/exit
