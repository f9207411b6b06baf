package stage.runtime.observe;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import stage.api.observe.Explanation;
import stage.api.observe.PageSpec;
import stage.api.observe.Registration;
import stage.api.observe.TreeRates;
import stage.api.observe.TreeSnapshot;
import stage.api.observe.WatchPage;
import stage.runtime.observe.jfr.FlightRecorderBridge;
import stage.runtime.observe.jmx.ManagedScope;
import stage.runtime.observe.page.PageServer;
import stage.runtime.supervision.Insight;
import stage.runtime.supervision.Observed;

/** What the runtime makes of its numbers. */
public final class Insights implements Insight {
  // A slim image has neither module, and to load a class that needs one would fail there: so the classes are named in
  // methods that run only if it is.
  private static final boolean HAS_FLIGHT_RECORDER = isThere("jdk.jfr");
  private static final boolean HAS_MANAGEMENT = isThere("java.management");

  /** Loaded when the first scope is opened where there is a flight recorder. */
  private static final class Recorder {
    private static final FlightRecorderBridge BRIDGE = new FlightRecorderBridge();
  }

  /** For {@link java.util.ServiceLoader}. */
  public Insights() {}

  private static boolean isThere(String module) {
    return ModuleLayer.boot().findModule(module).isPresent();
  }

  @Override
  public void opened(Observed scope) {
    if (HAS_FLIGHT_RECORDER && scope.time().passesInUserCode()) Recorder.BRIDGE.opened(scope);
  }

  @Override
  public Registration manage(Observed scope) {
    if (!HAS_MANAGEMENT) {
      throw new UnsupportedOperationException(
          "this JVM has no module java.management; add it to the image, or to the module"
          + " graph with --add-modules java.management");
    }
    return ManagedScope.register(scope, () -> explain(scope),
        () -> TreeJson.of(scope.tree(), TreeRates.NONE, Optional.empty(), List.of()));
  }

  @Override
  public WatchPage openPage(Observed scope, PageSpec page) {
    return PageServer.open(scope, earlier -> new Explainer(scope).explain(earlier), new JsonRendering(), page);
  }

  @Override
  public Explanation explain(Observed scope) {
    return new Explainer(scope).explain();
  }

  @Override
  public Explanation explain(Observed scope, Duration limit) {
    return new Explainer(scope, limit.compareTo(StallLimit.USUAL) < 0 ? limit : StallLimit.USUAL).explain();
  }

  @Override
  public Explanation explainStandstill(TreeSnapshot still, Observed scope) {
    return new Explainer(scope).explain(still);
  }

  @Override
  public void dump(Observed scope, Path file) throws IOException {
    Dump.write(scope, file);
  }
}
