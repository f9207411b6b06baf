package stage.runtime.observe.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.Stage;
import stage.api.observe.PageSpec;
import stage.api.observe.WatchPage;
import stage.api.supervision.Supervisor;
import stage.runtime.testkit.SimulatedRuntime;

/** The page's server over raw sockets, as a browser uses it. What strangers get is in {@link PageSecurityTest}. */
class PageServerTest {
  private final Supervisor scope = Supervisor.open("shop");
  private final WatchPage page = scope.openPage(0);
  private final int port = page.address().getPort();
  private final Wire wire = new Wire(port);

  @AfterEach
  void close() {
    scope.close();
  }

  @Nested
  class ABrowser {
    @Test
    void getsThePageItsScriptAndItsStyle() throws IOException {
      assertThat(wire.get("/").status()).isEqualTo(200);
      assertThat(wire.get("/").head()).contains("text/html");
      assertThat(wire.get("/").body()).contains("<script src=\"/page.js\" defer>");
      assertThat(wire.get("/page.js").head()).startsWith("HTTP/1.1 200 ").contains("text/javascript");
      assertThat(wire.get("/page.css").head()).startsWith("HTTP/1.1 200 ").contains("text/css");
    }

    @Test
    void mayCallThisMachineByAnyOfItsNames() throws IOException {
      for (String name : new String[] {"127.0.0.1", "localhost", "[::1]"}) {
        assertThat(wire.send("GET / HTTP/1.1\r\nhost: " + name + ":" + port + "\r\n\r\n").status()).isEqualTo(200);
      }
    }

    @Test
    void getsTheTree() throws IOException {
      scope.start(Stage.source("readings", Integer.class));

      Wire.Reply tree = wire.get("/tree.json");
      assertThat(tree.head()).contains("application/json");
      assertThat(tree.body()).contains("\"scope\":\"shop\"").contains("\"path\":\"shop/readings\"");
    }

    @Test
    void getsTheHeadOnlyIfItAsksForThat() throws IOException {
      Wire.Reply tree = wire.request("HEAD /tree.json");

      assertThat(tree.status()).isEqualTo(200);
      assertThat(tree.body()).isEmpty();
      assertThat(wire.request("HEAD /events").head()).contains("text/event-stream");
    }

    @Test
    void isSentTheTreeAndThenWhatHasChangedInIt() throws Exception {
      scope.start(Stage.source("readings", Integer.class));
      try (Socket events = wire.follow()) {
        assertThat(Wire.readUntil(events, "event: change\ndata: {"))
            .containsOnlyOnce("event: tree\n").contains("\"path\":\"shop/readings\"");
        scope.start(Stage.source("prices", Integer.class));

        Wire.readUntil(events, "\"path\":\"shop/prices\",\"kind\":");
      }
    }

    @Test
    void isToldOfWhatHappens() throws Exception {
      try (Socket events = wire.follow()) {
        Wire.readUntil(events, "event: page\ndata: {\"stacks\":false,\"controls\":false}\n\nevent: tree\ndata: {");
        scope.start(Stage.source("readings", Integer.class));

        Wire.readUntil(events, "event: stage\ndata: {\"type\":\"Started\",\"path\":\"shop/readings\"");
      }
    }
  }

  @Nested
  class APortThatCannotBe {
    @Test
    void isRefusedWithWhatWouldBeRight() {
      assertThatThrownBy(() -> scope.openPage(70_000)).isInstanceOf(IllegalArgumentException.class)
          .hasMessage("port must be from 0 to 65535, but was 70000; 0 takes any that is free");
      assertThatThrownBy(() -> PageSpec.onPort(-1)).isInstanceOf(IllegalArgumentException.class)
          .hasMessage("port must be from 0 to 65535, but was -1; 0 takes any that is free");
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

    @Test
    void isNone() {
      assertThatThrownBy(() -> scope.openPage(null)).isInstanceOf(NullPointerException.class)
          .hasMessage("page must not be null; use PageSpec.onPort(0) for any port that is free");
    }
  }
}
