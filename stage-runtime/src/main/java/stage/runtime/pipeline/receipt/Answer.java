package stage.runtime.pipeline.receipt;

/** Something that a source must be told. */
abstract class Answer {
  private static final long FIRST_NANOS = 100_000_000;
  private static final long MOST_NANOS = 10_000_000_000L;

  private int failures;
  long dueNanos;

  /** Tells it. User code. */
  abstract void give() throws Exception;

  /** It was told. Used only by the thread of the keeper. */
  abstract void given();

  /** It was not told, and is told again after a while. Used only by the thread of the keeper. */
  void failed(long nowNanos) {
    failures++;
    dueNanos = nowNanos + (failures > 7 ? MOST_NANOS : Math.min(MOST_NANOS, FIRST_NANOS << failures - 1));
  }

  /** {@return how many deliveries are open until it is told} */
  abstract int deliveries();

  /** {@return what it is, for people} */
  abstract String what();
}
