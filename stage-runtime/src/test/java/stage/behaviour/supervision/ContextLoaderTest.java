package stage.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stage.api.Stage;
import stage.api.supervision.Intensity;
import stage.behaviour.support.CrashTest;

/** The context class loader of the thread that opens a scope is that of all threads of the scope. */
class ContextLoaderTest extends CrashTest {
  private final ClassLoader before = Thread.currentThread().getContextClassLoader();
  private final ClassLoader application = new URLClassLoader("application", new URL[0], before);
  private final Map<String, ClassLoader> seen = new ConcurrentHashMap<>();

  @BeforeEach
  void openWithTheApplicationsLoader() {
    Thread.currentThread().setContextClassLoader(application);
    open(Intensity.of(5));
    Thread.currentThread().setContextClassLoader(before);   // it is that of the opening that counts
  }

  @AfterEach
  void restore() {
    Thread.currentThread().setContextClassLoader(before);
  }

  private void look(String where) {
    seen.put(where, Thread.currentThread().getContextClassLoader());
  }

  @Test
  void b03_isThatOfEachKindOfThread() throws Exception {
    var source = scope().start(Stage.ofIterable("source", List.of(1)));
    scope().start(Stage.consumer("virtual", source, () -> (events, from) -> look("virtual")));
    var second = scope().start(Stage.ofIterable("second", List.of(1)));
    scope().start(Stage.consumer("platform", second, () -> (events, from) -> look("platform")).onPlatformThread());
    var third = scope().start(Stage.ofIterable("third", List.of(1)));
    scope().start(Stage.perEvent("each", third, 2, event -> look("per event")));
    var fourth = scope().start(Stage.ofIterable("fourth", List.of(1)));
    scope().start(Stage.consumer("poisoned", fourth, () -> (events, from) -> {
      throw new IllegalStateException("poison");
    }).withDeadLetters(letter -> look("dead letters")));
    scope().join();
    scope().close();
    log.take();
    assertThat(seen).containsOnlyKeys("virtual", "platform", "per event", "dead letters")
        .allSatisfy((where, loader) -> assertThat(loader).isSameAs(application));
  }
}
