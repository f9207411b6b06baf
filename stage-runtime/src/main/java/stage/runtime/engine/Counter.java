package stage.runtime.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import stage.runtime.time.Handles;

/** A count that one thread writes and any thread may read. */
final class Counter {
  private static final VarHandle COUNT = Handles.of(MethodHandles.lookup(), "count", long.class);

  private long count;   // written by its owner's cell only

  /**
   * Adds on the owner's thread. Opaque: readers want a whole number that is not long out of date, and order nothing by
   * it.
   */
  void add(long more) {
    COUNT.setOpaque(this, count + more);
  }

  void set(long value) {
    COUNT.setOpaque(this, value);
  }

  long read() {
    return (long) COUNT.getOpaque(this);
  }
}
