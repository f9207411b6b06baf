package stage.runtime.observe.page;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageSnapshot;
import stage.api.observe.Explanation;
import stage.api.observe.Finding;
import stage.api.observe.PageSpec;
import stage.api.observe.StageEvent;
import stage.api.observe.TreeRates;
import stage.api.observe.TreeSnapshot;
import stage.api.observe.WatchPage;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.runtime.supervision.Observed;
import stage.runtime.supervision.ObservedScope;
import stage.simulation.DailyShare;

/** The page over raw sockets, as strangers and attackers use it. */
class PageSecurityTest {
  private static final String[] COMMON_HEADERS = {
      "Cache-Control: no-store\r\n",
      "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
          + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n",
      "Cross-Origin-Resource-Policy: same-origin\r\n",
      "Referrer-Policy: no-referrer\r\n",
      "X-Content-Type-Options: nosniff\r\n",
      "X-Frame-Options: DENY\r\n",
      "Connection: close\r\n"};

  private final Supervisor scope = Supervisor.open(SupervisorSpec.of("shop").withIntensity(Intensity.of(1_000)));
  private final List<Socket> open = new ArrayList<>();
  private WatchPage page = scope.openPage(0);
  private Wire wire = new Wire(page.address().getPort());

  @AfterEach
  void close() throws IOException {
    for (Socket socket : open) socket.close();
    scope.close();
  }

  private void reopen(PageSpec spec) {
    page.close();
    page = scope.openPage(spec);
    wire = new Wire(page.address().getPort());
  }

  private Socket keep(Socket socket) {
    open.add(socket);
    return socket;
  }

  private String eventsRequest() {
    return "GET /events HTTP/1.1\r\nHost: " + wire.host() + "\r\n\r\n";
  }

  private static List<Thread> threadsOfPages() {
    return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("stage-page"))
        .toList();
  }

  private static long clients() {
    return threadsOfPages().stream().filter(thread -> thread.getName().startsWith("stage-page-client")).count();
  }

  @Nested
  class TheAddress {
    @Test
    void sec01_isThatOfThisMachineOnly() throws IOException {
      for (NetworkInterface network : NetworkInterface.networkInterfaces().toList()) {
        for (InetAddress address : network.inetAddresses().filter(Inet4Address.class::isInstance).toList()) {
          if (address.isLoopbackAddress()) continue;
          assertThatThrownBy(() -> new Socket(address, wire.port()).close()).isInstanceOf(ConnectException.class);
        }
      }
      assertThat(page.address().getHost()).isEqualTo("127.0.0.1");
    }

    @Test
    void sec01_isNotThereUnlessItIsAskedFor() {
      page.close();
      Await.until(() -> threadsOfPages().isEmpty(), "no page has a thread");
    }

    @Test
    void sec11_isFreeAfterItsEndAndItsThreadsAreGone() throws Exception {
      keep(wire.follow());
      page.close();

      awaitRefusal();
      Await.until(() -> threadsOfPages().isEmpty(), "the page's threads are gone");
      scope.openPage(wire.port()).close();
    }

    @Test
    void sec11_closesWithItsScope() {
      scope.close();

      awaitRefusal();
      Await.until(() -> threadsOfPages().isEmpty(), "the page's threads are gone");
    }

    /** The kernel listens until the thread that was in accept has noticed. */
    private void awaitRefusal() {
      Await.until(() -> {
        try {
          wire.get("/");
          return false;
        } catch (ConnectException refused) {
          return true;
        } catch (IOException reset) {
          return false;
        }
      }, "the port is closed");
    }
  }

  @Nested
  class ARequest {
    private static final int CLIENTS = 4;   // fewer than have to make way for each other
    private static final int LINES = 10_000;

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {
        "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: evil.example:%d\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost:\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost.:%d\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: LOCALHOST:%d\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: 127.0.0.1:%d@evil.example\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: 127.0.0.1:%d, evil.example\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nHost: 127.0.0.1:%d\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nHOST: evil.example\r\n\r\n",
        "GET http://127.0.0.1:%d/ HTTP/1.1\r\nHost: evil.example\r\n\r\n"})
    void sec02_thatNamesAnotherHostIsRefusedWithNothingInIt(String request) throws IOException {
      Wire.Reply reply = wire.send(request.replace("%d", String.valueOf(wire.port())));

      assertThat(reply.status()).isEqualTo(421);
      assertThat(reply.body()).isEmpty();
    }

    @Test
    void sec02_withAWholeAddressInItsFirstLineFindsNothing() throws IOException {
      assertThat(wire.get("http://evil.example/").status()).isEqualTo(404);
      assertThat(wire.get("http://" + wire.host() + "/").status()).isEqualTo(404);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get", "G\0ET", ""})
    void sec03_canOnlyRead(String method) throws IOException {
      for (String path : List.of("/", "/kill", "/tree.json")) {
        assertThat(wire.request(method + " " + path).status()).isEqualTo(405);
      }
    }

    /** Odd ways to say the same, and things that are no HTTP. */
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {
        "200 GET / HTTP/1.0|Host: %h||",
        "200 GET /page.css HTTP/1.1|Host: %h||POST /kill HTTP/1.1|Host: %h||",   // only the first is answered
        "405 CONNECT %h HTTP/1.1|Host: %h||",
        "400 PRI * HTTP/2.0||SM||",
        "400 GET / HTTP/1.1|Host: %h| evil||",
        "421 GET / HTTP/1.1|Host : %h||",
        "400 GET\t/\tHTTP/1.1|Host: %h||",
        "421 GET / HTTP/1.1|Host: %h\0||",
        "404 GET /%74ree.json HTTP/1.1|Host: %h||",
        "400 GET / HTTP/1.1\nHost: %h\n\n",
        "400 \u0016\u0003\u0001\u0002"})
    void sec10_isTakenAsItStands(String line) throws IOException {
      Wire.Reply reply = wire.send(line.substring(4).replace("%h", wire.host()).replace("|", "\r\n"));

      assertThat(reply.status()).isEqualTo(Integer.parseInt(line.substring(0, 3)));
      assertThat(reply.body()).doesNotContain("HTTP/1.1 ");
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"/..", "/../", "/%2e%2e/", "/%2e%2e%2fetc/passwd", "//", "/;", "/page.js/", "/PAGE.JS",
        "/page.js;a",
        "/tree.json?x", "/tree.json#x", "/tree.json%00", "/./tree.json", "\\page.js", "*", "/page.html", "/stack", "",
        "page.js"})
    void sec10_findsNothingButThePage(String target) throws IOException {
      Wire.Reply reply = wire.get(target);

      assertThat(reply.status()).isEqualTo(404);
      assertThat(reply.body()).isEmpty();
    }

    @Test
    void sec10_mayBeAnythingAtAll() throws Exception {
      List<Await.Other<Boolean>> clients = new ArrayList<>();
      for (int seed = 0; seed < CLIENTS; seed++) {
        var random = new Random(DailyShare.today() * CLIENTS + seed);   // others each day
        clients.add(new Await.Other<>(() -> sendAnything(random)));
      }
      for (Await.Other<Boolean> client : clients) assertThat(client.result()).isTrue();

      assertThat(wire.get("/").status()).isEqualTo(200);
      Await.until(() -> clients() == 0, "no thread is left behind");
    }

    private boolean sendAnything(Random random) throws IOException {
      ByteBuffer answer = ByteBuffer.allocate(16_384);
      for (int i = 0; i < LINES / CLIENTS; i++) {
        byte[] request = anything(random);
        int status = wire.status(request, answer);
        if (!ALLOWED.contains(status)) throw new AssertionError(status + " to " + new String(request, ISO_8859_1));
      }
      return true;
    }

    private static final Set<Integer> ALLOWED = Set.of(0, 200, 400, 404, 405, 413, 421);

    /** One in two is nearly right, so that it gets further than the first check. */
    private byte[] anything(Random random) {
      byte[] noise = new byte[random.nextInt(60)];
      random.nextBytes(noise);
      String text = new String(noise, ISO_8859_1);
      String request = switch (random.nextInt(6)) {
        case 0 -> "GET /" + text + " HTTP/1.1\r\nHost: " + wire.host() + "\r\n\r\n";
        case 1 -> "GET / HTTP/1.1\r\nHost: " + wire.host() + text + "\r\n\r\n";
        case 2 -> text + " / HTTP/1.1\r\nHost: " + wire.host() + "\r\n" + text + "\r\n\r\n";
        default -> text + "\r\n\r\n";
      };
      return request.getBytes(ISO_8859_1);
    }

    @Test
    void sec08_maySendNoBody() throws IOException {
      assertThat(wire.send("GET / HTTP/1.1\r\nHost: " + wire.host() + "\r\nContent-Length: 5\r\n\r\nhello").status())
          .isEqualTo(413);
      assertThat(wire.request("GET /", "Transfer-Encoding: chunked").status()).isEqualTo(413);
      assertThat(wire.request("GET /", "Content-Length: 0", "Content-Length: 7").status()).isEqualTo(413);
      assertThat(wire.request("GET /", "Content-Length: 0").status()).isEqualTo(200);
    }

    @Test
    void sec08_mayBeSoLongAndNoLonger() throws IOException {
      assertThat(wire.request("GET /", "X: " + "a".repeat(8_000)).status()).isEqualTo(200);
      assertThat(wire.request("GET /", "X: " + "a".repeat(9_000)).status()).isEqualTo(400);
      assertThat(wire.get("/" + "a".repeat(9_000)).status()).isEqualTo(400);
    }
  }

  @Nested
  class AnAnswer {
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"200 GET / HTTP/1.1|Host: %h", "200 GET /tree.json HTTP/1.1|Host: %h",
        "200 HEAD /events HTTP/1.1|Host: %h",
        "200 GET /page.js HTTP/1.1|Host: %h", "200 GET /page.css HTTP/1.1|Host: %h",
        "404 GET /nothing HTTP/1.1|Host: %h",
        "403 POST /kill HTTP/1.1|Host: %h", "403 GET /stack HTTP/1.1|Host: %h", "405 PUT / HTTP/1.1|Host: %h",
        "400 nonsense",
        "413 GET / HTTP/1.1|Host: %h|Content-Length: 1", "421 GET / HTTP/1.1|Host: evil.example"})
    void sec04_hasTheHeadersThatKeepOtherPagesOut(String line) throws IOException {
      reopen(PageSpec.onPort(0).withControls().withStacks());
      String request =
          line.substring(4).replace("%h", wire.host()).replace("|", "\r\n") + "\r\nOrigin: http://evil.example\r\n\r\n";

      Wire.Reply reply = wire.send(request);

      assertThat(reply.status()).isEqualTo(Integer.parseInt(line.substring(0, 3)));
      assertThat(reply.head()).contains(COMMON_HEADERS).doesNotContain("Access-Control").doesNotContain("Server:");
      if (reply.status() != 200) assertThat(reply.body()).isEmpty();
    }

    @Test
    void sec04_hasThemWhereThereIsNoRoomForAnotherStream() throws IOException {
      for (int i = 0; i < 4; i++) Wire.readUntil(keep(wire.follow()), "event: tree");

      Wire.Reply fifth = wire.get("/events");
      assertThat(fifth.status()).isEqualTo(503);
      assertThat(fifth.head()).contains(COMMON_HEADERS);
    }

    @Test
    void sec09_ofAPageThatIsBrokenSaysOnlyThat() throws IOException {
      page.close();
      Rendering broken = new Broken();
      page = PageServer.open(ObservedScope.of(scope), PageSecurityTest::healthy, broken, PageSpec.onPort(0));
      wire = new Wire(page.address().getPort());

      Wire.Reply reply = wire.get("/tree.json");

      assertThat(reply.status()).isEqualTo(500);
      assertThat(reply.head()).contains(COMMON_HEADERS).startsWith("HTTP/1.1 500 Error\r\n");
      assertThat(reply.body()).isEmpty();
      assertThat(wire.get("/").status()).as("and it goes on").isEqualTo(200);
    }

    @Test
    void sec09_namesNoVersion() throws IOException {
      assertThat(wire.get("/").head() + wire.get("/tree.json").head())
          .doesNotContain(System.getProperty("java.version")).doesNotContainIgnoringCase("java/");
    }
  }

  private static Explanation healthy(Optional<TreeSnapshot> earlier) {
    return new Explanation(List.of(new Finding.Healthy(0, 0)));
  }

  /** Cannot write anything. */
  private static final class Broken implements Rendering {
    @Override
    public TreeText tree(TreeSnapshot tree, TreeRates rates, Optional<Explanation> explanation,
        List<StageEvent> events) {
      throw new IllegalStateException("SECRET-4711");
    }

    @Override
    public String event(StageEvent event) {
      throw new IllegalStateException("SECRET-4711");
    }

    @Override
    public String threads(Observed scope, String stage) {
      throw new IllegalStateException("SECRET-4711");
    }
  }

  @Nested
  class WhatUsersPutIn {
    /** Shows what it must not. */
    private record SecretOrder(int number) {
      @Override
      public String toString() {
        return "SECRET-4711";
      }
    }

    @Test
    void sec07_isInNoAnswer() throws Exception {
      ProducerRef<SecretOrder, ?> orders = scope.start(Stage.generator("orders", SecretOrder.class, () -> out -> {
        for (int i = 0; ; i++) out.emit(new SecretOrder(i));
      }));
      var inside = new CountDownLatch(1);
      var release = new CountDownLatch(1);
      scope.start(Stage.consumer("books", orders, () -> (events, from) -> {
        if (events.getFirst().number == 3) throw new IllegalArgumentException("SECRET-4711: " + events);
        if (events.getFirst().number < 9) return;
        inside.countDown();
        release.await();
      }).withDemand(Demand.max(1)));
      Await.open(inside);

      try (Socket events = wire.follow()) {
        String stream = Wire.readUntil(events, "has spent");   // so it has been explained
        String all = stream + wire.get("/tree.json").body() + wire.get("/").body() + wire.get("/page.js").body();
        assertThat(all).contains("java.lang.IllegalArgumentException", "shop/books")
            .doesNotContain("SECRET-4711").doesNotContain("SecretOrder");
      } finally {
        release.countDown();
      }
    }
  }

  @Nested
  class Clients {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(30);

    /** So large that what is sent to one that does not read soon finds no more room on the way. */
    private void openLarge(Duration patience) {
      page.close();
      page = PageServer.open(ObservedScope.of(scope), PageSecurityTest::healthy, new Plain("x".repeat(400_000)),
          PageSpec.onPort(0), patience);
      wire = new Wire(page.address().getPort());
    }

    @Test
    void sec08_thatSendHalfARequestOrReadSlowlyKeepNobodyOut() throws Exception {
      openLarge(PageServer.PATIENCE);
      wire.get("/tree.json");
      long before = held();
      String tree = "GET /tree.json HTTP/1.1\r\nHost: " + wire.host() + "\r\n\r\n";
      for (int i = 0; i < 100; i++) {
        keep(wire.openSlowly("GET / HT"));
        keep(wire.openSlowly(i % 2 == 0 ? tree : eventsRequest()));
      }

      assertThat(wire.get("/tree.json").status()).isEqualTo(200);
      Await.until(() -> clients() <= 16, "sixteen connections at most have a thread");
      assertThat(wire.get("/").status()).isEqualTo(200);
      assertThat(held() - before).as("what two hundred clients hold on to").isLessThan(8L << 20);
    }

    /** {@return the bytes of the heap that are in use after a collection} */
    private static long held() {
      System.gc();
      return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** {@return how long the page listens to somebody who sends a byte now and then} */
    private Await.Other<Long> dribble() {
      return new Await.Other<>(() -> {
        long begin = System.nanoTime();
        try (Socket slow = wire.open()) {
          slow.setSoTimeout(20);
          while (System.nanoTime() - begin < LONG.toNanos()) {
            slow.getOutputStream().write('a');
            try {
              if (slow.getInputStream().read() < 0) break;
            } catch (SocketTimeoutException stillOpen) {
              // another byte
            }
          }
        } catch (IOException closed) {
          // as it should be
        }
        return System.nanoTime() - begin;
      });
    }

    @Test
    void sec08_sec22_whoseStreamsAreNotReadHoldNothingUp() throws Exception {
      openLarge(Duration.ofMinutes(5));
      for (int i = 0; i < 4; i++) keep(wire.openSlowly(eventsRequest()));
      Await.until(() -> stuckWriters().size() == 4, "four streams are stuck");

      for (Thread writer : stuckWriters()) {
        assertThat(writer.isDaemon()).isTrue();
        assertThat(writer.isVirtual()).isFalse();
      }
      assertThat(wire.get("/tree.json").status()).isEqualTo(200);
      ConsumerRef<Integer, ?> late =
          scope.start(Stage.consumer("late", () -> (Stage.Consumer<Integer>) (events, from) -> {}));
      late.kill();
      Await.until(() -> late.snapshot().incarnation() == 2, "a stage is restarted meanwhile");
      assertThat(scope.tree().stages()).hasSize(1);
    }

    @Test
    void sec08_whoseStreamsAreNotReadMakeWayAndSoDoThoseThatSendAByteNowAndThen() throws Exception {
      openLarge(SHORT);
      Await.Other<Long> dribbler = dribble();
      for (int i = 0; i < 4; i++) keep(wire.openSlowly(eventsRequest()));

      Await.until(() -> {
        try (Socket fifth = wire.follow()) {
          return Wire.readUntil(fifth, " ").length() > 0 && Wire.readUntil(fifth, "\r\n").startsWith("200");
        } catch (IOException e) {
          throw new AssertionError(e);
        }
      }, "the streams that nobody reads have made way");
      assertThat(dribbler.result()).isBetween(SHORT.toNanos() * 4 / 5, LONG.toNanos());
    }

    @Test
    void sec08_areGivenFiveSeconds() {
      assertThat(PageServer.PATIENCE).isEqualTo(Duration.ofSeconds(5));
    }

    private List<Thread> stuckWriters() {
      return Thread.getAllStackTraces().entrySet().stream()
          .filter(each -> each.getKey().getName().startsWith("stage-page-client") && isIn(each.getValue(), "stream")
              && isIn(each.getValue(), "write"))
          .map(java.util.Map.Entry::getKey).toList();
    }

    private static boolean isIn(StackTraceElement[] stack, String method) {
      return Stream.of(stack).anyMatch(frame -> frame.getMethodName().equals(method));
    }

    @Test
    void sec21_ofWhichSixteenAskAgainAndAgainCostOneSnapshotPerTenthOfASecond() throws Exception {
      page.close();
      var trees = new AtomicInteger();
      Observed counting = counting(ObservedScope.of(scope), trees);
      page = PageServer.open(counting, PageSecurityTest::healthy, new Plain(""), PageSpec.onPort(0));
      wire = new Wire(page.address().getPort());
      long begin = System.nanoTime();
      List<Thread> clients = new ArrayList<>();
      var asked = new AtomicInteger();
      for (int i = 0; i < 16; i++) {
        clients.add(Thread.ofPlatform().start(() -> {
          while (System.nanoTime() - begin < 500_000_000L || asked.get() <= 50) {
            try {
              wire.get("/tree.json");
              asked.incrementAndGet();
            } catch (IOException evicted) {
              // there are sixteen, and no more than twelve at a time
            }
          }
        }));
      }
      for (Thread client : clients) client.join();
      double tenths = (System.nanoTime() - begin) / 1e8;

      assertThat(asked.get()).isGreaterThan(50);
      assertThat(trees.get()).isBetween(1, (int) tenths + 1);
    }

    private static Observed counting(Observed scope, AtomicInteger trees) {
      return (Observed) Proxy.newProxyInstance(Observed.class.getClassLoader(), new Class<?>[]{Observed.class},
          (proxy, method, arguments) -> {
        if (method.getName().equals("tree")) trees.incrementAndGet();
        try {
          return method.invoke(scope, arguments);
        } catch (InvocationTargetException e) {
          throw e.getCause();
        }
      });
    }
  }

  /**
   * Writes the same for any tree.
   *
   * @param whole what
   */
  private record Plain(String whole) implements Rendering {
    @Override
    public TreeText tree(TreeSnapshot tree, TreeRates rates, Optional<Explanation> explanation,
        List<StageEvent> events) {
      return new TreeText(tree.nanos(), "", List.of(), List.of(), "[]", "[]", whole.isEmpty() ? "{}" : whole);
    }

    @Override
    public String event(StageEvent event) {
      return "{}";
    }

    @Override
    public String threads(Observed scope, String stage) {
      return "{}";
    }
  }

  @Nested
  class WhatNeedsTheToken {
    private ConsumerRef<Integer, ?> sink;
    private String id;
    private String token;

    private void open(PageSpec spec) {
      reopen(spec);
      sink = scope.start(Stage.consumer("sink", () -> (Stage.Consumer<Integer>) (events, from) -> {}));
      id = "Stage-Id: " + sink.snapshot().id();
      String fragment = page.address().getFragment();
      assertThat(fragment).matches("token=[0-9a-f]{32}");
      token = "Stage-Token: " + fragment.substring("token=".length());
    }

    private String origin() {
      return "Origin: http://" + wire.host();
    }

    @Test
    void sec03_isPausedResumedAndKilledByThePagesOwnScript() throws IOException {
      open(PageSpec.onPort(0).withControls());

      assertThat(wire.request("POST /pause", id, token, origin(), "Sec-Fetch-Site: same-origin").status())
          .isEqualTo(204);
      Await.until(() -> sink.snapshot().status() == StageSnapshot.Status.PAUSED, "it is paused");
      assertThat(
          wire.request("POST /resume", id, token, origin(), "Sec-Fetch-Site: none", "Content-Length: 0").status())
          .isEqualTo(204);
      Await.until(() -> sink.snapshot().status() == StageSnapshot.Status.RUNNING, "it goes on");
      assertThat(wire.request("POST /kill", id, token, origin(), "Sec-Fetch-Site: same-origin").status())
          .isEqualTo(204);
      Await.until(() -> sink.snapshot().incarnation() == 2, "it has been killed");
    }

    static Stream<List<Integer>> missing() {
      return Stream.of(List.of(1), List.of(2), List.of(3), List.of(1, 2, 3));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("missing")
    void sec03_isRefusedIfAnythingIsMissing(List<Integer> missing) throws IOException {
      open(PageSpec.onPort(0).withControls());
      List<String> headers = new ArrayList<>(List.of(id, token, origin(), "Sec-Fetch-Site: same-origin"));
      for (int i = 0; i < missing.size(); i++) headers.set(missing.get(i), "X: y");

      assertThat(wire.request("POST /kill", headers.toArray(String[]::new)).status()).isEqualTo(403);
      assertThat(sink.snapshot().incarnation()).isEqualTo(1);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"Origin: http://evil.example", "Origin: null", "Origin: https://%h", "Origin: http://%h/",
        "Origin: http://localhost:%d", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Stage-Token: 0",
        "Stage-Token:"})
    void sec03_isRefusedIfAnythingIsWrong(String wrong) throws IOException {
      open(PageSpec.onPort(0).withControls());
      String name = wrong.substring(0, wrong.indexOf(':'));
      List<String> headers = new ArrayList<>(List.of(id, token, origin(), "Sec-Fetch-Site: same-origin"));
      headers.replaceAll(header -> header.startsWith(name + ":")
          ? wrong.replace("%h", wire.host()).replace("%d", "" + wire.port()) : header);

      assertThat(wire.request("POST /kill", headers.toArray(String[]::new)).status()).isEqualTo(403);
      headers.add(token);
      assertThat(wire.request("POST /kill", headers.toArray(String[]::new)).status()).isEqualTo(403);
      assertThat(sink.snapshot().incarnation()).isEqualTo(1);
    }

    @Test
    void sec03_changesNothingByAddressOrForm() throws IOException {
      open(PageSpec.onPort(0).withControls());

      assertThat(wire.request("GET /kill", id, token, origin(), "Sec-Fetch-Site: same-origin").status()).isEqualTo(404);
      assertThat(
          wire.request("POST /kill?" + token.replace(" ", ""), id, origin(), "Sec-Fetch-Site: same-origin").status())
          .isEqualTo(404);
      assertThat(
          wire.send("POST /kill HTTP/1.1\r\nHost: " + wire.host() + "\r\nOrigin: http://evil.example\r\nContent-Type: "
          + "application/x-www-form-urlencoded\r\nContent-Length: 4\r\n\r\nid=1").status()).isEqualTo(413);
      assertThat(wire.request("POST /kill", "Origin: http://evil.example", "Content-Length: 0").status())
          .isEqualTo(403);
      assertThat(sink.snapshot().incarnation()).isEqualTo(1);
    }

    @Test
    void sec03_isNotThereIfOnlyStacksAre() throws IOException {
      open(PageSpec.onPort(0).withStacks());

      assertThat(wire.request("POST /kill", id, token, origin(), "Sec-Fetch-Site: same-origin").status())
          .isEqualTo(405);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"", "0", "-1", "1e3", "99999999999999999999", "x"})
    void namesAStageThatIsThere(String other) throws IOException {
      open(PageSpec.onPort(0).withControls().withStacks());

      assertThat(wire.request("POST /kill", "Stage-Id: " + other, token, origin(), "Sec-Fetch-Site: none").status())
          .isEqualTo(404);
      assertThat(wire.request("GET /stack", "Stage-Id: " + other, token).status()).isEqualTo(404);
    }

    @Test
    void sec23_areTheStacks() throws IOException {
      open(PageSpec.onPort(0).withStacks());

      Wire.Reply reply = wire.request("GET /stack", id, token);
      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.body()).contains("\"stage\":\"shop/sink\"").contains("\"stack\":[\"");
      assertThat(wire.request("GET /stack", id).status()).isEqualTo(403);
      assertThat(wire.request("GET /stack", id, "Stage-Token: " + "0".repeat(32)).status()).isEqualTo(403);
      assertThat(wire.get("/tree.json").body()).doesNotContain("\"stack\"");
    }

    @Test
    void isAnotherForEachPageAndNoneWithoutNeed() {
      open(PageSpec.onPort(0).withStacks());
      String first = token;

      reopen(PageSpec.onPort(0).withControls());
      assertThat(page.address().getFragment()).isNotEqualTo(first.replace("Stage-Token: ", "token="));
      reopen(PageSpec.onPort(0));
      assertThat(page.address().getFragment()).isNull();
    }

    @Test
    void isWrittenDownNowhere() {
      assertThat(Token.random().toString()).isEqualTo("Token[…]");
    }
  }
}
