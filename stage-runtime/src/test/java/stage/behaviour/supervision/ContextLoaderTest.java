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

  /** As some libraries do. */
  private static void leaveMarksOnThisThread() {
    Thread.currentThread().setContextClassLoader(ClassLoader.getPlatformClassLoader());
    Thread.currentThread().setName("marked");
  }

  @Test
  void isBackInTheNextIncarnationAsIsTheName() throws Exception {
    var stage = scope().start(Stage.consumer("marks", Integer.class, () -> (events, from) -> {}));
    stage.cast(behaviour -> {
      leaveMarksOnThisThread();
      throw new IllegalStateException("with marks");
    });
    assertThat(stage.<String>call(behaviour -> {
      look("second incarnation");
      return Thread.currentThread().getName();
    })).isEqualTo("stage:" + stage.path() + "#2");
    log.take();
    assertThat(seen).containsEntry("second incarnation", application);
  }

  @Test
  void isBackForTheNextEventOfAThreadForEventsAsIsTheName() throws Exception {
    var names = ConcurrentHashMap.<String>newKeySet();
    var source = scope().start(Stage.ofIterable("source", List.of(1, 2, 3, 4)));
    scope().start(Stage.perEvent("each", source, 1, event -> {
      look("event " + event);
      names.add(Thread.currentThread().getName());
      leaveMarksOnThisThread();
    }));
    scope().join();
    assertThat(names).allMatch(name -> name.startsWith("stage:"));
    assertThat(seen).hasSize(4).allSatisfy((where, loader) -> assertThat(loader).isSameAs(application));
  }
}
