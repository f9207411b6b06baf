package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.Test;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.supervision.Supervisor;
import stage.behaviour.support.Await;
import stage.behaviour.support.OtherJvm;

/** An application with Stage in it is deployed, closes all its scopes, and is undeployed: its class loader may go. */
class RedeployTest {
  /** Runs in the application's class loader. */
  public static final class Application implements Callable<Void> {
    @Override
    public Void call() throws Exception {
      var ticked = new CountDownLatch(3);
      try (Supervisor app = Supervisor.open("web")) {
        app.start(Stage.<Integer, Stage.Consumer<Integer>>consumer("ticking", () -> new Stage.Consumer<>() {
          @Override
          public void onStart(StageContext context) {
            context.every(Duration.ofMillis(1), ticked::countDown);
          }

          @Override
          public void onEvents(List<Integer> events, Inlet<Integer> from) {}
        }));
        ticked.await();
      }
      return null;
    }
  }

  private static URL where(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation();
  }

  private static WeakReference<ClassLoader> deployAndUndeploy() throws Exception {
    URL[] path = {where(Supervisor.class), where(stage.runtime.supervision.Runtime.class), where(Application.class)};
    try (var loader = new URLClassLoader("application", path, ClassLoader.getPlatformClassLoader())) {
      Class<?> application = loader.loadClass(Application.class.getName());
      assertThat(application).isNotSameAs(Application.class);
      var run = new FutureTask<>((Callable<?>) application.getConstructor().newInstance());
      var thread = new Thread(run, "deployer");
      thread.setContextClassLoader(loader);
      thread.start();
      run.get();
      thread.join();
      return new WeakReference<>(loader);
    }
  }

  /** A failed look is forgotten: the next caller may have a loader that sees the engine. */
  @Test
  void b02_oneThatFindsNoEngineKeepsNobodyElseFromOne() throws Exception {
    Thread me = Thread.currentThread();
    ClassLoader before = me.getContextClassLoader();
    URL[] engine = {where(stage.runtime.supervision.Runtime.class), where(Application.class)};
    try (var shared = new URLClassLoader("shared", new URL[] {where(Supervisor.class)},
        ClassLoader.getPlatformClassLoader());
        var application = new URLClassLoader("application", engine, shared)) {
      Callable<?> opens =
          (Callable<?>) application.loadClass(Application.class.getName()).getConstructor().newInstance();
      me.setContextClassLoader(ClassLoader.getPlatformClassLoader());
      assertThatThrownBy(opens::call).isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("no stage runtime was found");
      me.setContextClassLoader(application);
      opens.call();
    } finally {
      me.setContextClassLoader(before);
    }
  }

  @Test
  void b45_itsClassLoaderMayGo() throws Exception {
    WeakReference<ClassLoader> loader = deployAndUndeploy();
    Await.collected(loader, "the class loader");
  }

  @Test
  void b45_itsClassLoaderMayGoWhileTheFlightRecorderRuns() throws Exception {
    try (var recording = new RecordingStream()) {
      recording.enable("stage.Lane").withPeriod(Duration.ofMillis(10));
      recording.startAsync();
      WeakReference<ClassLoader> loader = deployAndUndeploy();
      Await.collected(loader, "the class loader");
    }
  }

  /** An application that leaves a scope open, and another one that starts the recorder when the first is gone. */
  static final class LeftOpen {
    private LeftOpen() {}

    public static void main(String... args) throws Exception {
      URL[] path = {where(Supervisor.class), where(stage.runtime.supervision.Runtime.class), where(LeftOpen.class)};
      try (var loader = new URLClassLoader("application", path, ClassLoader.getPlatformClassLoader())) {
        Thread.currentThread().setContextClassLoader(loader);
        Class<?> supervisor = loader.loadClass(Supervisor.class.getName());
        supervisor.getMethod("open", String.class).invoke(null, "left-open");
      }
      try (var recording = new Recording()) {
        recording.enable("stage.Lane");
        recording.start();
      }
      System.out.println("recorded");
    }
  }

  @Test
  void b45_oneThatIsGoneWithAnOpenScopeFailsNobodyWhoStartsTheFlightRecorder() throws Exception {
    assertThat(OtherJvm.run("?", List.of("-XX:TieredStopAtLevel=1"), LeftOpen.class)).contains("recorded");
  }
}
