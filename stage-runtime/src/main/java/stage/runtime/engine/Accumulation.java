package stage.runtime.engine;

import stage.api.Opening;

/**
 * What a cell that emits waits for before it delivers anything. As GenStage's {@code demand: :accumulate}. It is over
 * once, for good, and is forgotten then.
 */
final class Accumulation {
  private final Assembly assembly;   // null if it was not started by an init
  private volatile int consumers;    // how many subscriptions it waits for; any thread sets it to 0
  private volatile boolean paused;   // any thread clears it

  Accumulation(Opening opening, Assembly assembly) {
    this.consumers = opening.consumers();
    this.paused = opening.isPaused();
    this.assembly = assembly;
  }

  /** Any thread. */
  boolean isOn(int lanes) {
    return paused || lanes < consumers || assembly != null && !assembly.isOver();
  }

  /** {@return whether it goes on at least until an init has returned, which wakes the cell then} Any thread. */
  boolean waitsForInit() {
    return assembly != null && !assembly.isOver();
  }

  /** Waits neither for a resume nor for consumers any more. The caller wakes the cell. */
  void resume() {
    paused = false;
    consumers = 0;
  }
}
