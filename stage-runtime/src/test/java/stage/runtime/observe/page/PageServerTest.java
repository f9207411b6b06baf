package stage.runtime.observe.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.Stage;
import stage.api.observe.WatchPage;
import stage.api.supervision.Supervisor;
import stage.behaviour.support.Await;
import stage.runtime.testkit.SimulatedRuntime;

/** The page's server over raw sockets, as a browser, a stranger and an attacker would use it. */
class PageServerTest {
  private final Supervisor scope = Supervisor.open("shop");
  private final WatchPage page = scope.openPage(0);
  private final int port = page.address().getPort();

  @AfterEach
  void close() {
    scope.close();
  }

  private String host() {
    return "127.0.0.1:" + port;
  }

  private String get(String path) throws IOException {
    return send("GET " + path + " HTTP/1.1\r\nHost: " + host() + "\r\n\r\n");
  }

  /** {@return everything that comes back, until the server closes the connection} */
  private String send(String request) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static int status(String response) {
    return response.isEmpty() ? 0 : Integer.parseInt(response.split(" ", 3)[1]);
  }

  @Nested
  class ABrowser {
    @Test
    void getsThePageItsScriptAndItsStyle() throws IOException {
      assertThat(get("/")).startsWith("HTTP/1.1 200 ").contains("text/html")
          .contains("<script src=\"/page.js\" defer>");
      assertThat(get("/page.js")).startsWith("HTTP/1.1 200 ").contains("text/javascript");
      assertThat(get("/page.css")).startsWith("HTTP/1.1 200 ").contains("text/css");
    }

    @Test
    void getsTheTree() throws IOException {
      scope.start(Stage.source("readings", Integer.class));

      assertThat(get("/tree.json")).contains("application/json").contains("\"scope\":\"shop\"")
          .contains("\"path\":\"shop/readings\"");
    }

    @Test
    void getsTheHeadOnlyIfItAsksForThat() throws IOException {
      String head = send("HEAD /tree.json HTTP/1.1\r\nHost: " + host() + "\r\n\r\n");

      assertThat(head).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\n").doesNotContain("\"scope\"");
    }

    @Test
    void isToldOfWhatHappens() throws Exception {
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.setSoTimeout(20_000);
        socket.getOutputStream()
            .write(("GET /events HTTP/1.1\r\nHost: " + host() + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        readUntil(socket.getInputStream(), "event: tree\ndata: {");
        scope.start(Stage.source("readings", Integer.class));

        readUntil(socket.getInputStream(), "event: stage\ndata: {\"type\":\"Started\",\"path\":\"shop/readings\"");
      }
    }
  }

  private static void readUntil(InputStream in, String text) throws IOException {
    var seen = new StringBuilder();
    while (seen.indexOf(text) < 0) {
      int next = in.read();
      assertThat(next).as("the stream ended after: %s", seen).isNotNegative();
      seen.append((char) next);
    }
  }

  @Nested
  class AStranger {
    @Test
    void sec1_cannotReachItByAnotherAddress() throws IOException {
      for (NetworkInterface network : NetworkInterface.networkInterfaces().toList()) {
        for (InetAddress address : network.inetAddresses().filter(Inet4Address.class::isInstance).toList()) {
          if (address.isLoopbackAddress()) continue;
          assertThatThrownBy(() -> new Socket(address, port).close()).isInstanceOf(ConnectException.class);
        }
      }
      assertThat(page.address().getHost()).isEqualTo("127.0.0.1");
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"Host: evil.example\r\n", "", "Host: 127.0.0.1\r\n", "Host: 127.0.0.1:1\r\n",
        "Host: LOCALHOST.:%d\r\n",
        "Host: 127.0.0.1:%d\r\nHost: 127.0.0.1:%d\r\n"})
    void sec2_isRefusedIfItNamesAnotherHost(String header) throws IOException {
      assertThat(status(send("GET / HTTP/1.1\r\n" + header.replace("%d", String.valueOf(port)) + "\r\n")))
          .isEqualTo(421);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get"})
    void sec3_canOnlyRead(String method) throws IOException {
      assertThat(status(send(method + " / HTTP/1.1\r\nHost: " + host() + "\r\n\r\n"))).isEqualTo(405);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"/", "/nothing", "/tree.json"})
    void sec4_getsTheHeadersThatKeepOtherPagesOut(String path) throws IOException {
      assertThat(get(path))
          .contains("Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
              + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n")
          .contains("X-Content-Type-Options: nosniff\r\n").contains("X-Frame-Options: DENY\r\n")
          .contains("Cross-Origin-Resource-Policy: same-origin\r\n").contains("Referrer-Policy: no-referrer\r\n")
          .contains("Cache-Control: no-store\r\n").doesNotContain("Access-Control").doesNotContain("Server:");
    }

    @Test
    void sec8_maySendNoBody() throws IOException {
      assertThat(status(send("GET / HTTP/1.1\r\nHost: " + host() + "\r\nContent-Length: 5\r\n\r\nhello")))
          .isEqualTo(413);
      assertThat(status(send("GET / HTTP/1.1\r\nHost: " + host() + "\r\nTransfer-Encoding: chunked\r\n\r\n")))
          .isEqualTo(413);
    }

    @Test
    void sec8_maySendNoEndlessHead() throws IOException {
      String filler = "X: " + "a".repeat(9_000);

      assertThat(status(send("GET / HTTP/1.1\r\nHost: " + host() + "\r\n" + filler + "\r\n\r\n"))).isIn(0, 400);
    }

    @Test
    void sec8_keepsNobodyOutBySendingHalfARequest() throws IOException {
      List<Socket> half = new ArrayList<>();
      try {
        for (int i = 0; i < 100; i++) {
          var socket = new Socket(InetAddress.getLoopbackAddress(), port);
          socket.getOutputStream().write("GET / HT".getBytes(StandardCharsets.US_ASCII));
          half.add(socket);
        }

        assertThat(get("/tree.json")).startsWith("HTTP/1.1 200 ");
      } finally {
        for (Socket socket : half) socket.close();
      }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"/..", "/%2e%2e/", "//", "/;", "/page.js/", "/PAGE.JS", "/tree.json?x", "http://127.0.0.1/",
        "*", "/page.html"})
    void sec10_findsNothingButThePage(String target) throws IOException {
      assertThat(status(get(target))).isEqualTo(404);
    }

    @Test
    void sec10_canSendAnythingAtAll() throws IOException {
      var random = new Random(1);
      for (int i = 0; i < 500; i++) {
        byte[] line = new byte[random.nextInt(200)];
        random.nextBytes(line);
        assertThat(status(send(new String(line, StandardCharsets.ISO_8859_1) + "\r\n\r\n"))).isIn(0, 400, 404, 405,
            421);
      }

      assertThat(get("/")).startsWith("HTTP/1.1 200 ");
    }
  }

  @Nested
  class AfterItsEnd {
    @Test
    void sec11_thePortIsFreeAndTheThreadsAreGone() throws Exception {
      page.close();

      awaitRefusal();
      Await.until(
          () -> Thread.getAllStackTraces().keySet().stream().noneMatch(thread -> thread.getName().endsWith(":shop")
          && thread.getName().startsWith("stage-page")), "the page's threads are gone");
      scope.openPage(port).close();
    }

    @Test
    void sec11_itClosesWithItsScope() {
      scope.close();

      awaitRefusal();
    }

    /** The kernel listens until the thread that was in accept has noticed. */
    private void awaitRefusal() {
      Await.until(() -> {
        try {
          get("/");
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
  class APortThatCannotBe {
    @Test
    void isRefusedWithWhatWouldBeRight() {
      assertThatThrownBy(() -> scope.openPage(70_000)).isInstanceOf(IllegalArgumentException.class)
          .hasMessage("port must be from 0 to 65535, but was 70000; 0 takes any that is free");
    }

    @Test
    void isSaidToBeTaken() {
      assertThatThrownBy(() -> scope.openPage(port)).isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("port " + port + " is taken; use another one, or 0 for any that is free");
    }

    @Test
    void isAnyInASimulation() {
      SimulatedRuntime.withSeed(1).run(simulated -> {
        try (Supervisor app = Supervisor.open("simulated")) {
          assertThatThrownBy(() -> app.openPage(0)).isInstanceOf(UnsupportedOperationException.class);
        }
      });
    }
  }
}
