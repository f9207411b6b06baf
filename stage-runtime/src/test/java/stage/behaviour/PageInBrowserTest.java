package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import stage.api.ConsumerRef;
import stage.api.Dispatcher;
import stage.api.ProducerConsumerRef;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageActivity;
import stage.api.StageSnapshot;
import stage.api.observe.Explanation;
import stage.api.observe.Finding;
import stage.api.observe.PageSpec;
import stage.api.observe.StageEvent;
import stage.api.observe.TreeRates;
import stage.api.observe.TreeSnapshot;
import stage.api.observe.WatchPage;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Windows;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.Browser;
import stage.behaviour.support.CapturedLog;
import stage.runtime.observe.TreeJson;
import stage.runtime.observe.page.PageServer;
import stage.runtime.observe.page.Rendering;
import stage.runtime.observe.page.TreeText;
import stage.runtime.supervision.Observed;
import stage.runtime.supervision.ObservedScope;

/**
 * The page in a real browser; skipped where there is none. The pictures it takes are in {@code target/page}, and the
 * one of the guide also where the property {@code stage.page.picture} says.
 */
class PageInBrowserTest {
  private static final Path PICTURES = Path.of("target", "page");

  @RegisterExtension
  final CapturedLog log = new CapturedLog();
  @TempDir
  private static Path profile;
  private static Browser browser;   // one for all: to start it takes seconds
  private final CountDownLatch release = new CountDownLatch(1);
  private final Supervisor scope = Supervisor.open(SupervisorSpec.of("shop").withIntensity(Intensity.of(100_000)));

  @BeforeAll
  static void open() throws Exception {
    browser = Browser.open(profile);
  }

  @AfterAll
  static void close() {
    if (browser != null) browser.close();
  }

  @AfterEach
  void end() {
    browser.forget();
    release.countDown();
    scope.drain(Duration.ofMillis(100));
    log.take();
  }

  private void rest(long millis) throws InterruptedException {
    release.await(millis, TimeUnit.MILLISECONDS);
  }

  private ProducerRef<Integer, ?> orders() {
    return scope.start(Stage.generator("orders", Integer.class, () -> out -> {
      for (int i = 0; ; i++) {
        out.emit(i);
        if (i % 200 == 0) rest(1);
      }
    }));
  }

  /** Orders that are parsed, and then written to a database and looked at by somebody. */
  private ConsumerRef<Integer, ?> shop(boolean isStuck, int crashesOneIn) {
    var chance = new Random(1);
    ProducerConsumerRef<Integer, Integer, ?> parse = scope.start(Stage.producerConsumer("parse", orders(), () ->
        (Stage.ProducerConsumer<Integer, Integer>) (events, from, out) -> {
          if (chance.nextInt(crashesOneIn) == 0) throw new IllegalStateException("on purpose");
          out.emitAll(events);
        }));
    scope.start(Stage.consumer("audit", parse, () -> (events, from) -> {}));
    return scope.start(Stage.consumer("db-writer", parse, () -> (events, from) -> {
      if (isStuck) release.await();
      rest(2);
    }));
  }

  private void show(WatchPage page, int width, int height, boolean isDark) {
    browser.show(page.address(), width, height, isDark);
    browser.await("document.querySelectorAll('[data-path]').length > 0");
  }

  private void choose(String path) {
    browser.ask("document.querySelector('[data-path=\"" + path + "\"]').dispatchEvent(new MouseEvent('click'))");
    browser.await("!document.getElementById('details').hidden");
  }

  @Nested
  class Pictures {
    @Test
    void showThreeStagesOneOfThemRestarted() throws Exception {
      shop(false, 30);
      show(scope.openPage(0), 1280, 720, false);
      browser.await("document.querySelector('.culprit') !== null");
      browser.await("document.body.innerText.includes('restarted')");
      choose("shop/db-writer");

      Path picture = browser.picture(PICTURES.resolve("crash.png"));
      assertThat(Files.size(picture)).isBetween(10_000L, 300_000L);
      assertThat(browser.complaints()).isEmpty();
    }

    /** What the guide shows: a slow writer holds up the others, a stage crashes, and a pipeline counts in windows. */
    @Test
    void showAShopInWhichSomethingHappens() throws Exception {
      ProducerConsumerRef<Integer, Integer, ?> parse = parsedOrders();
      scope.start(Stage.consumer("audit", parse, () -> (events, from) -> {}));
      Instant begin = Instant.now();
      scope.start(Stage.consumer("db-writer", parse, () -> (events, from) -> {
        double wave = Math.sin(Duration.between(begin, Instant.now()).toMillis() / 3_000.0);
        rest((long) (events.size() * (0.03 + 0.02 * wave)));
      }));
      Pipeline.from(parse)
          .eventTime(n -> n % 9973 == 0 ? begin : Instant.now().minusMillis(n % 90), Duration.ofMillis(80))
          .keyBy(n -> n % 8).window(Windows.tumbling(Duration.ofMillis(500))).count().named("regions")
          .forEach(pane -> {}).start(scope, "revenue");
      show(scope.openPage(0), 1280, 768, false);
      browser.await("document.querySelector('.culprit').getAttribute('data-path') === 'shop/db-writer'");
      browser.await("/\\d windows?/.test(document.getElementById('picture').textContent)");
      browser.await("document.querySelector('.stage .flashed') !== null");
      String picture = System.getProperty("stage.page.picture");
      if (picture != null) {
        rest(45_000);   // for most of a minute of rates
        browser.await("document.querySelector('.stage .flashed') !== null");
      }

      browser.picture(picture == null ? PICTURES.resolve("shop.png") : Path.of(picture));
      assertThat(browser.complaints()).isEmpty();
    }

    private ProducerConsumerRef<Integer, Integer, ?> parsedOrders() {
      ProducerRef<Integer, ?> orders = scope.start(Stage.generator("orders", Integer.class, () -> out -> {
        for (int i = 0; ; i++) out.emit(i);
      }));
      var chance = new Random(1);
      return scope.start(Stage.producerConsumer("parse", orders, () ->
          (Stage.ProducerConsumer<Integer, Integer>) (events, from, out) -> {
            if (chance.nextInt(60) == 0) throw new IllegalStateException("on purpose");
            out.emitAll(events);
          }).withDispatcher(Dispatcher.broadcast()));
    }

    @Test
    void showWhoIsStuckInTheDark() throws Exception {
      shop(true, Integer.MAX_VALUE);
      show(scope.openPage(0), 1280, 720, true);
      browser.await("document.querySelector('#sentence.stuck') !== null");

      assertThat(browser.ask("document.querySelector('.culprit').getAttribute('data-path')"))
          .isEqualTo("shop/db-writer");
      assertThat(browser.ask("document.getElementById('sentence').textContent"))
          .startsWith("shop/db-writer has spent ").contains("waiting in PageInBrowserTest.");
      browser.picture(PICTURES.resolve("stall-dark.png"));
      assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void showAHundredStagesAsATable() throws Exception {
      ProducerRef<Integer, ?> orders = orders();
      for (int i = 1; i <= 100; i++) {
        scope.start(Stage.consumer("worker-" + i, orders, () -> (events, from) -> rest(1)));
      }
      show(scope.openPage(0), 1280, 720, false);
      browser.await("!document.getElementById('table').hidden");
      browser.await("document.querySelector('#table').innerText.includes('worker ×\\u00a0')");
      browser.await("/[1-9][0-9k.]* events/.test(document.getElementById('summary').textContent)");

      browser.picture(PICTURES.resolve("many.png"));
      browser.ask("document.getElementById('form').click()");
      browser.await("document.querySelectorAll('svg .stage').length >= 2");
      browser.await("document.getElementById('picture').textContent.includes('worker ×\\u00a0')");
      assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void showALongChainInSeveralLines() throws Exception {
      ProducerRef<Integer, ?> last = orders();
      for (int i = 1; i <= 9; i++) {
        last = scope.start(Stage.producerConsumer("step-" + i, last, () ->
            (Stage.ProducerConsumer<Integer, Integer>) (events, from, out) -> out.emitAll(events)));
      }
      scope.start(Stage.consumer("sink", last, () -> (events, from) -> {}));
      show(scope.openPage(0), 1280, 720, true);
      browser.await("document.querySelectorAll('svg .stage').length === 11");
      browser.await("[...document.querySelectorAll('.edge-label')].every(each => each.textContent.endsWith('/s'))");

      browser.picture(PICTURES.resolve("chain-dark.png"));
      assertThat(browser.ask("document.querySelector('#picture').scrollWidth <= innerWidth")).isEqualTo("true");
      assertThat(browser.ask("[...document.querySelectorAll('.edge-label')].every(isInside)".replace("isInside",
          "label => { const is = label.getBoundingClientRect(), may = label.ownerSVGElement.getBoundingClientRect();"
              + " return is.left >= may.left && is.right <= may.right && is.bottom <= may.bottom; }")))
          .as("no label is cut off").isEqualTo("true");
      assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void showATableOnAPhone() throws Exception {
      shop(false, Integer.MAX_VALUE);
      show(scope.openPage(0), 390, 844, false);
      browser.await("document.querySelectorAll('tbody tr').length === 4");
      browser.await("document.querySelector('tr.culprit') !== null");

      browser.picture(PICTURES.resolve("phone.png"));
      assertThat(browser.ask("document.documentElement.scrollWidth <= innerWidth")).isEqualTo("true");
      assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void showTheStepsOfAPipelineItsWindowsAndWhatIsLate() throws Exception {
      Instant begin = Instant.now();
      Pipeline.<Integer>generate(out -> {
        for (int i = 0; ; i++) out.emit(i);
      }).throttle(1_000, Duration.ofSeconds(1))
          .eventTime(n -> n % 50 == 49 ? begin.minusSeconds(60) : begin.plusMillis(n), Duration.ofMillis(20))
          .keyBy(n -> n % 3).window(Windows.tumbling(Duration.ofMillis(200))).count()
          .forEach(pane -> {}).start(scope, "traffic");
      show(scope.openPage(0), 1280, 720, false);
      browser.await("/\\d+ late/.test(document.getElementById('picture').textContent)");
      browser.await("/behind|ahead/.test(document.getElementById('picture').textContent)");
      browser.await("document.getElementById('sentence').textContent.includes('told to throttle')");

      browser.picture(PICTURES.resolve("pipeline.png"));
      assertThat(browser.ask("[...document.querySelectorAll('.facts')].map(line => line.textContent).join('|')"))
          .as("there is room to say it").contains("tumbling 0.2s").containsPattern("\\d+ windows?\\b");
      assertThat(browser.complaints()).isEmpty();
    }
  }

  @Nested
  class AKeyboard {
    @Test
    void reachesEachStageAndItsNumbersAndKeepsItsPlace() throws Exception {
      shop(false, Integer.MAX_VALUE);
      show(scope.openPage(0), 1280, 720, false);
      browser.press("Tab");
      browser.await("document.activeElement.textContent === 'show as table'");
      browser.press("Tab");
      browser.await("document.activeElement.getAttribute('data-path') === 'shop/orders'");
      browser.press("Enter");
      browser.await("!document.getElementById('details').hidden");
      drawAnew("another");
      assertThat(browser.ask("document.activeElement.getAttribute('data-path')")).isEqualTo("shop/orders");

      browser.ask("document.querySelector('#details .close').focus()");
      drawAnew("one-more");
      assertThat(browser.ask("document.activeElement.className")).isEqualTo("close");
      browser.press("Escape");
      browser.await("document.getElementById('details').hidden");
      assertThat(browser.ask("document.activeElement.getAttribute('data-path')")).isEqualTo("shop/orders");
    }
  }

  /** With one more stage there is another picture. */
  private void drawAnew(String name) {
    browser.ask("document.querySelector('svg').setAttribute('data-old', 'true')");
    scope.start(Stage.source(name, Integer.class));
    browser.await("document.querySelector('svg[data-old]') === null");
  }

  @Nested
  class AScreenReader {
    @Test
    void isToldOfEachStageAndOfWhatIsWrong() throws Exception {
      shop(true, Integer.MAX_VALUE);
      show(scope.openPage(0), 1280, 720, false);
      browser.await("document.querySelector('#sentence.stuck') !== null");

      String spoken = browser.spoken();
      assertThat(List.of("shop/orders, generator, ", "shop/db-writer, consumer, ", ", holds the others up",
          "shop/db-writer has spent ")).allMatch(spoken::contains);
      assertThat(browser.ask("document.getElementById('spoken').getAttribute('aria-live')")).isEqualTo("polite");
    }
  }

  @Nested
  class TheToken {
    @Test
    void letsThePagesOwnButtonsWorkAndNothingIsLeftOfItInTheAddress() throws Exception {
      ConsumerRef<Integer, ?> writer = shop(true, Integer.MAX_VALUE);
      WatchPage page = scope.openPage(PageSpec.onPort(0).withStacks().withControls());
      show(page, 1280, 720, false);
      choose("shop/db-writer");
      browser.await("document.querySelectorAll('#details .actions button').length === 4");
      assertThat(browser.ask("location.href")).doesNotContain("token");

      click("stack");
      browser.await("document.querySelector('#details pre').textContent.includes('PageInBrowserTest')");
      browser.picture(PICTURES.resolve("stack.png"));
      click("pause");
      browser.await("document.querySelector('#details pre').textContent === 'pause: done'");
      browser.ask("window.confirm = () => true");
      click("kill");
      Await.until(() -> writer.snapshot().incarnation() == 2, "it has been killed", writer);
      assertThat(browser.complaints()).isEmpty();
    }

    private void click(String label) {
      browser.ask("[...document.querySelectorAll('#details .actions button')].find(b => b.textContent === '" + label
          + "').click()");
    }

    @Test
    void isNotAskedForWhereThereIsNone() throws Exception {
      shop(false, Integer.MAX_VALUE);
      show(scope.openPage(0), 1280, 720, false);
      choose("shop/db-writer");

      assertThat(browser.ask("document.querySelectorAll('#details .actions button').length")).isEqualTo("0");
    }
  }

  @Nested
  class AChange {
    private static final String BEFORE = """
        {scope: 'shop', nanos: 1e9, findings: [], edges: [{id: 4, ageMs: 0}, {id: 5, ageMs: 10}],
         stages: [{id: 1, sinceMs: 1000, waitingMs: 0, turnMs: {now: 0.5, max: 3}},
                  {id: 2, sinceMs: '9007199254740993', lastCrash: {agoMs: 7}, run: {lagMs: null, late: 2}}]}""";

    @Test
    void isMergedIntoTheTreeAndWhatItDoesNotNameGrowsOlder() {
      browser.show(scope.openPage(0).address(), 1280, 720, false);
      browser.await("typeof merge === 'function'");

      assertThat(merged("{nanos: 1.5e9, stages: [], edges: []}")).isEqualTo("""
          {"scope":"shop","nanos":1500000000,"findings":[],"edges":[{"id":4,"ageMs":0},{"id":5,"ageMs":510}],\
          "stages":[{"id":1,"sinceMs":1500,"waitingMs":0,"turnMs":{"now":500.5,"max":3}},\
          {"id":2,"sinceMs":9007199254741492,"lastCrash":{"agoMs":507},"run":{"lagMs":null,"late":2}}]}""");
      assertThat(merged("""
          {nanos: 1e9, findings: [6], stageIds: [3, 1], stages: [{id: 3}, {id: 1, sinceMs: 2}], edgeIds: [5],
           edges: []}""")).contains("\"findings\":[6]", "\"stages\":[{\"id\":3},{\"id\":1,\"sinceMs\":2}]",
          "\"edges\":[{\"id\":5,\"ageMs\":10}]");
    }

    private String merged(String change) {
      return browser.ask("JSON.stringify(merge(" + BEFORE + ", " + change + "))");
    }
  }

  @Nested
  class AProgramThatIsStartedAgain {
    @Test
    void isFollowedOnTheSamePort() throws Exception {
      shop(false, Integer.MAX_VALUE);
      WatchPage page = scope.openPage(0);
      show(page, 1280, 720, false);
      browser.await("document.getElementById('connection').textContent === 'live'");
      int port = page.address().getPort();
      page.close();
      browser.await("document.getElementById('connection').className === 'lost'");

      scope.openPage(port);
      browser.await("document.getElementById('connection').textContent === 'live'");
    }
  }

  @Nested
  class AHostileName {
    private static final List<String> NAMES = List.of("</script><img src=x onerror=window.hurt=1>", "\"", "\\", "'",
        "\0", "\ud800", "\u202egnp.exe", "${window.hurt=1}", "javascript:window.hurt=1", "x".repeat(10_000),
        "__proto__");

    /** Shows stages that no scope would start. */
    private static final class Hostile implements Rendering {
      @Override
      public TreeText tree(TreeSnapshot tree, TreeRates rates, Optional<Explanation> none, List<StageEvent> events) {
        List<StageSnapshot> stages = IntStream.range(0, NAMES.size()).mapToObj(i -> new StageSnapshot(i,
            NAMES.get(i), StageSnapshot.Kind.PRODUCER, StageSnapshot.Status.RUNNING, 1, "DEMAND", 0, 0, 0, 0, 0, 0, 0,
            0,
            StageActivity.NONE, Optional.empty(), Optional.empty(), List.of(), List.of())).toList();
        var finding =
            new Finding.RootCause(NAMES.getFirst(), Finding.Kind.IN_CALLBACK, Duration.ofSeconds(1), List.of(),
            NAMES.getFirst(), List.of());
        return TreeJson.text(new TreeSnapshot(NAMES.getFirst(), Instant.EPOCH, tree.nanos(), stages, List.of(),
            List.of(), List.of()), TreeRates.NONE, Optional.of(new Explanation(List.of(finding))), List.of());
      }

      @Override
      public String event(StageEvent event) {
        return TreeJson.of(new StageEvent.Started(NAMES.getFirst()));
      }

      @Override
      public String threads(Observed scope, String stage) {
        return "{\"threads\":[]}";
      }
    }

    @Test
    void sec05_isTextAndNothingElse() throws IOException {
      var nothingWrong = new Explanation(List.of(new Finding.Healthy(0, 0)));
      WatchPage page =
          PageServer.open(ObservedScope.of(scope), earlier -> nothingWrong, new Hostile(), PageSpec.onPort(0));
      URI address = page.address();
      for (int width : new int[] {1280, 390}) {
        browser.show(address, width, 800, false);
        browser.await("document.querySelectorAll('[data-path]').length === " + NAMES.size());
        scope.start(Stage.source("s" + width, Integer.class));
        browser.await("document.querySelector('#news').textContent.includes('<img')");

        assertThat(browser.ask("document.querySelectorAll('img, script:not([src]), iframe').length")).isEqualTo("0");
        assertThat(browser.ask("typeof window.hurt")).isEqualTo("undefined");
        assertThat(browser.ask("document.getElementById('scope').textContent")).isEqualTo(NAMES.getFirst());
        assertThat(browser.ask("document.documentElement.scrollWidth <= innerWidth")).isEqualTo("true");
      }
      assertThat(browser.complaints()).isEmpty();
    }
  }
}
