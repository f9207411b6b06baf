package stage.samples.bench;

/**
 * Where the numbers come from.
 *
 * @param jdk the JDK
 * @param vm the virtual machine
 * @param os the operating system
 * @param cores how many processors the JDK sees
 * @param maxHeapMiB how large the heap may become
 * @param isHeapFixed whether it is as large from the beginning
 */
record Machine(String jdk, String vm, String os, int cores, long maxHeapMiB, boolean isHeapFixed) {
  static Machine here() {
    Runtime runtime = Runtime.getRuntime();
    return new Machine(
        System.getProperty("java.vendor") + " " + System.getProperty("java.runtime.version"),
        System.getProperty("java.vm.name"),
        System.getProperty("os.name") + " " + System.getProperty("os.version") + " " + System.getProperty("os.arch"),
        runtime.availableProcessors(),
        runtime.maxMemory() >> 20,
        runtime.totalMemory() == runtime.maxMemory());
  }

  /** {@return a line about the heap} */
  String heap() {
    String size = String.format("%,d MiB", maxHeapMiB);
    return isHeapFixed
        ? "heap of " + size
        : "heap that grows up to " + size + ", so that page faults are in the figures; ./stage bench fixes it";
  }
}
