package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import stage.api.supervision.Supervisor;

/** Virtual threads have no names unless given some; messages then tell their numbers. */
class UnnamedThreadsTest {
  @Test
  void haveNumbersInMessages() throws Exception {
    try (Supervisor app = Supervisor.open("app")) {
      var thrown = new CompletableFuture<Throwable>();
      Thread other = Thread.ofVirtual().start(() -> {
        try {
          app.join();
          thrown.complete(null);
        } catch (Throwable expected) {
          thrown.complete(expected);
        }
      });
      assertThat(thrown.get()).hasMessageContaining("was called on #" + other.threadId());
    }
  }
}
