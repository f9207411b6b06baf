package stage.samples.bench;

import java.lang.ref.WeakReference;

/** What is on the heap. */
final class Heap {
  /** Something that allocates. */
  interface Action {
    void run() throws Exception;
  }

  private Heap() {}

  /** {@return how many bytes are in use and cannot be collected} */
  static long bytesHeld() {
    long held = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {   // what one collection finds out, the next one frees
      System.gc();
      held = Math.min(held, bytesUsed());
    }
    return held;
  }

  /**
   * {@return how many bytes an action allocates; -1 if the collector ran meanwhile, so that nobody knows}
   *
   * <p>The growth of the heap, which is exact but for the allocation buffers that threads have not filled yet.
   */
  static long bytesAllocated(Action action) throws Exception {
    System.gc();
    var canary = new WeakReference<>(new Object());   // does not outlive a collection
    long before = bytesUsed();
    action.run();
    long after = bytesUsed();
    return canary.get() == null ? -1 : after - before;
  }

  private static long bytesUsed() {
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
