package stage.api.pipeline;

import stage.api.Overflow;

/**
 * What a {@link Pipeline#buffer(int, WhenFull) buffer} does with an element that it has no room for.
 *
 * @since 0.1
 */
public enum WhenFull {
  /** The steps before it wait. */
  WAIT(Overflow.block()),
  /** The oldest element makes room, and is counted as dropped. */
  DROP_OLDEST(Overflow.dropOldest(1)),
  /** The new element is dropped and counted. */
  DROP_NEWEST(Overflow.dropNewest(1)),
  /** Its stage crashes. */
  FAIL(Overflow.fail());

  private final Overflow overflow;   // the capacity is the buffer's

  WhenFull(Overflow overflow) {
    this.overflow = overflow;
  }

  Overflow overflow() {
    return overflow;
  }
}
