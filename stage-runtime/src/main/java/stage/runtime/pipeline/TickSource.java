package stage.runtime.pipeline;

import java.time.Instant;
import stage.api.Outlet;
import stage.api.Stage;

/** Emits the time, once in a period, by the engine's clock. While one waits to be wanted, the others are left out. */
final class TickSource implements Stage.Generator<Object> {
  private final long periodNanos;
  private final Clock clock;

  TickSource(long periodNanos, Clock clock) {
    this.periodNanos = periodNanos;
    this.clock = clock;
  }

  @Override
  public void generate(Outlet<Object> out) throws InterruptedException {
    for (long due = clock.now() + periodNanos;; due += periodNanos) {
      long now = clock.now();
      if (now > due) due += (now - due + periodNanos - 1) / periodNanos * periodNanos;   // those that were missed
      clock.await(due - now);
      out.emit(Instant.ofEpochSecond(due / 1_000_000_000L, due % 1_000_000_000L));   // blocks until it is wanted
    }
  }
}
