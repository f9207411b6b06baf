package stage.samples.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.SubscriptionSnapshot;
import stage.api.SubscriptionSpec;
import stage.api.observe.Registration;
import stage.api.observe.TreeRates;
import stage.api.observe.TreeSnapshot;
import stage.api.observe.WatchPage;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;

/** The guide to observing shows what each tool says in three cases, as it says it, but for the numbers. */
class ObservingGuideTest {
  private static final Path GUIDE = Path.of("..", "docs", "observing.md");
  private static final int TRIES = 100;

  /** Kept in a field, or it would be forgotten with its handler. */
  private static final Logger LOG = Logger.getLogger("stage");

  private static final Queue<String> LOGGED = new ConcurrentLinkedQueue<>();
  private static final Queue<String> RECORDED = new ConcurrentLinkedQueue<>();
  private static final Handler CATCHER = new Handler() {
    @Override
    public void publish(LogRecord logged) {
      LOGGED.add(logged.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  };

  private static RecordingStream recording;

  private final CountDownLatch over = new CountDownLatch(1);
  private final Jdbc jdbc = new Jdbc();
  private Supervisor app;
  private Registration watch;

  @BeforeAll
  static void record() {
    LOG.addHandler(CATCHER);
    recording = new RecordingStream();
    recording.onEvent("stage.Stall", event -> note(event, "stage", "place"));
    recording.onEvent("stage.Lane", event -> note(event, "stage", "consumer", "rate", "outstanding", "inFlight"));
    recording.onEvent("stage.Busy", event -> note(event, "stage", "busy", "events", "demand", "in", "out"));
    recording.startAsync();
  }

  private static void note(RecordedEvent event, String... fields) {
    var line = new StringBuilder(event.getEventType().getName());
    for (String field : fields) line.append(' ').append(field).append('=').append(event.<Object>getValue(field));
    RECORDED.add(line.toString());
  }

  @AfterAll
  static void stopRecording() {
    recording.close();
    LOG.removeHandler(CATCHER);
  }

  private void openWithWarningAfter(Duration callback) {
    app = Supervisor.open(SupervisorSpec.of("shop").withStallWarning(callback));
    watch = app.watch();
  }

  @AfterEach
  void close() {
    jdbc.answer();
    over.countDown();
    watch.close();
    app.drain(Duration.ofMillis(100));
    LOGGED.clear();
    RECORDED.clear();
  }

  // ---- what must be in the guide

  /** Numbers and bars are what they happen to be, and lines are broken as it looks best. */
  private static String masked(String text) {
    return text.replaceAll("\\d+([.,]\\d+)*(E-?\\d+)?( ms| s| min)?", "N").replaceAll("[░█]+", "=").replaceAll("\\s", "");
  }

  /** It takes some time until everybody stands where they are going to, and until the recorder tells. */
  private void assertThatTheGuideSays(Callable<String> said) throws Exception {
    String guide = masked(Files.readString(GUIDE));
    String last = "";
    for (int i = 0; i < TRIES; i++) {
      last = said.call();
      if (!last.isEmpty() && guide.contains(masked(last))) return;
      over.await(20, TimeUnit.MILLISECONDS);
    }
    assertThat(guide).as("the guide says, as it was said: %s", last).contains(masked(last));
  }

  private static String last(Queue<String> lines, String begin) {
    return lines.stream().filter(line -> line.startsWith(begin)).reduce("", (first, second) -> second);
  }

  private String terminal() throws InterruptedException {
    TreeSnapshot before = app.tree();
    over.await(50, TimeUnit.MILLISECONDS);
    TreeSnapshot tree = app.tree();
    return String.join("\n", new TreeView(false).draw(tree, TreeRates.between(before, tree), app.explain()));
  }

  private String dump(Path folder, String from, String to) throws IOException {
    Path file = folder.resolve("shop.json");
    app.dump(file);
    return between(Files.readString(file), from, to);
  }

  private static String between(String text, String from, String to) {
    int begin = text.indexOf(from);
    int end = text.indexOf(to, begin + from.length());
    return begin < 0 || end < 0 ? "" : text.substring(begin, end + to.length());
  }

  private String page() throws Exception {
    try (WatchPage page = app.openPage(0)) {
      String json = "";
      for (int i = 0; i < TRIES && !json.contains("\"sentence\""); i++) {
        over.await(20, TimeUnit.MILLISECONDS);   // it has not been explained yet
        json = new String(page.address().resolve("/tree.json").toURL().openStream().readAllBytes());
      }
      return between(json, "\"findings\":[", "]");
    }
  }

  private String metrics() {
    List<String> lines = new ArrayList<>();
    for (SubscriptionSnapshot edge : app.tree().subscriptions()) {
      String tags = "{scope=\"shop\",stage=\"" + edge.consumer() + "\"} ";
      lines.add("stage.events" + tags + edge.handled());
      lines.add("stage.demand.outstanding" + tags + edge.outstanding());
    }
    return String.join("\n", lines);
  }

  // ---- the cases

  /** Has always more to say. */
  private static final class Numbers implements Stage.Producer<Integer> {
    private int next;

    @Override
    public void onDemand(long demand, Outlet<Integer> out) {
      for (long i = 0; i < demand; i++) out.emit(next++);
    }
  }

  @Test
  void ofAWriterThatIsStuck(@TempDir Path folder) throws Exception {
    openWithWarningAfter(Duration.ofMillis(100));
    ProducerRef<Integer, ?> prices = app.start(Stage.producer("prices", Numbers::new));
    app.start(Stage.consumer("db-writer", prices, () -> (events, from) -> jdbc.execute()).withDemand(Demand.max(4)));

    assertThatTheGuideSays(() -> app.explain().toString());
    assertThatTheGuideSays(this::terminal);
    assertThatTheGuideSays(this::page);
    assertThatTheGuideSays(() -> dump(folder, "{\"id\":", "\"name\":\"stage:shop/db-writer#1\",\"state\":\"WAITING\"")
        .replaceFirst("(?s).*(?=\\{\"id\":)", ""));
    assertThatTheGuideSays(() -> dump(folder, "stage.samples.watch.Jdbc.execute(", ")"));
    assertThatTheGuideSays(() -> last(LOGGED, "stage shop/db-writer has been"));
    assertThatTheGuideSays(() -> last(RECORDED, "stage.Stall"));
    assertThatTheGuideSays(this::metrics);
  }

  @Test
  void ofAPartitionThatNobodyTakes(@TempDir Path folder) throws Exception {
    openWithWarningAfter(Duration.ofMinutes(1));
    ProducerRef<Integer, ?> numbers = app.start(Stage.producer("numbers", Numbers::new)
        .withDispatcher(Dispatcher.partition(List.of("even", "odd"), event -> event % 2 == 0 ? "even" : "odd")));
    app.start(Stage.consumer("writer", SubscriptionSpec.to(numbers).withPartition("even").withDemand(Demand.max(4)),
        () -> (events, from) -> {}));

    assertThatTheGuideSays(() -> app.explain().toString());
    assertThatTheGuideSays(this::terminal);
    assertThatTheGuideSays(this::page);
    assertThatTheGuideSays(() -> dump(folder, "\"backlog\":", ",").replace("\"backlog\":0,", ""));
    assertThatTheGuideSays(() -> dump(folder, "\"callback\":\"\",\"waitsFor\":\"demand\"", ","));
    assertThatTheGuideSays(() -> last(RECORDED, "stage.Lane stage=shop/numbers consumer=shop/writer rate=0.0"));
    assertThatTheGuideSays(this::metrics);
    assertThat(LOGGED).isEmpty();
  }

  @Test
  void ofAStageThatIsSlow(@TempDir Path folder) throws Exception {
    openWithWarningAfter(Duration.ofMinutes(1));
    ProducerRef<Integer, ?> numbers = app.start(Stage.producer("numbers", Numbers::new));
    app.start(Stage.consumer("slow", numbers, () -> (events, from) -> over.await(2, TimeUnit.MILLISECONDS))
        .withDemand(Demand.max(2)));

    assertThatTheGuideSays(() -> app.explain().toString());
    assertThatTheGuideSays(this::terminal);
    assertThatTheGuideSays(this::page);
    assertThatTheGuideSays(() -> dump(folder, "\"path\":\"shop/slow\"", "\"busy\":") + "0.99");
    assertThatTheGuideSays(() -> last(RECORDED, "stage.Busy stage=shop/slow"));
    assertThatTheGuideSays(this::metrics);
    assertThat(LOGGED).isEmpty();
  }
}
