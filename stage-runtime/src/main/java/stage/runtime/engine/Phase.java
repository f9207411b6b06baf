package stage.runtime.engine;

import stage.api.StopReason;

/** Where a cell stands in its life. */
sealed interface Phase {
  // Starting -> Running     onStart returned
  // Starting -> Ended       the factory or onStart threw
  // Running  -> Draining    nothing more will be emitted: completed, stopped, a producer failed
  // Running  -> Ended       a turn threw, or the cell was cancelled
  // Draining -> Ended       everything is delivered, or the cell was cancelled

  /** The behaviour is to be made and started. */
  record Starting() implements Phase {}

  /** Takes turns. */
  record Running() implements Phase {}

  /** Takes no turns any more; what it has emitted is still being delivered. */
  record Draining(StopReason reason) implements Phase {}

  /** Final. */
  record Ended(StopReason reason) implements Phase {}
}
