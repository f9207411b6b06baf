package stage.runtime.pipeline;

import java.time.Duration;
import stage.runtime.bridge.BridgeContext;

/** Wakes a run when a link has something due. The run's own thread. */
final class RunTimer {
  private final LinkRow links;
  private final Clock clock;

  // this incarnation
  private BridgeContext context;
  private long armed = Long.MAX_VALUE;   // when the next timer runs

  RunTimer(LinkRow links, Clock clock) {
    this.links = links;
    this.clock = clock;
  }

  /** An incarnation begins. */
  void start(BridgeContext itsContext) {
    context = itsContext;
    armed = Long.MAX_VALUE;
    arm();
  }

  boolean isDue() {
    return links.nextTimer() <= clock.now();
  }

  /** A timer does nothing: at the end of its turn the engine asks whether there is more, and there is. */
  void arm() {
    long next = links.nextTimer();
    long now = clock.now();
    if (next <= now || next >= armed) return;   // there is more, or a timer that comes before
    armed = next;
    context.after(Duration.ofNanos(next - now), () -> {
      armed = Long.MAX_VALUE;
      arm();
    });
  }
}
