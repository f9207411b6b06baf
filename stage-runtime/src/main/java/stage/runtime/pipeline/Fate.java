package stage.runtime.pipeline;

/** What became of an element, or a result, that was taken through the links of a run. */
enum Fate {
  /** It is through. */
  DONE,
  DROPPED,
  DEAD_LETTERED;

  /** Counts one that did not get through: one that comes of no element, or of one that was counted before. */
  void countTo(Tally tally) {
    switch (this) {
      case DONE -> {}
      case DROPPED -> tally.dropped++;
      case DEAD_LETTERED -> tally.deadLettered++;
    }
  }
}
