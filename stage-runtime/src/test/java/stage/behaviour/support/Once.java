package stage.behaviour.support;

import java.util.concurrent.atomic.AtomicInteger;

/** Throws the first time, or the first few times, it is asked; it outlives the incarnations that ask. */
public final class Once {
  private final AtomicInteger left;
  private final Throwable thrown;

  public Once(Throwable thrown) {
    this(1, thrown);
  }

  public Once(int times, Throwable thrown) {
    this.left = new AtomicInteger(times);
    this.thrown = thrown;
  }

  /** Throws, if it has not done so often enough. */
  public void crash() {
    if (left.getAndUpdate(n -> Math.max(0, n - 1)) > 0) throw Once.<RuntimeException>sneaky(thrown);
  }

  @SuppressWarnings("unchecked")
  private static <X extends Throwable> X sneaky(Throwable thrown) throws X {
    throw (X) thrown;
  }
}
