package stage.samples.bench;

/**
 * Where the numbers come from.
 *
 * @param jdk the JDK
 * @param vm the virtual machine and its garbage collector's heap
 * @param os the operating system
 * @param cores how many processors the JDK sees
 * @param maxHeapMiB how large the heap may become
 */
record Machine(String jdk, String vm, String os, int cores, long maxHeapMiB) {
  static Machine here() {
    return new Machine(
        System.getProperty("java.vendor") + " " + System.getProperty("java.runtime.version"),
        System.getProperty("java.vm.name"),
        System.getProperty("os.name") + " " + System.getProperty("os.version") + " " + System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors(),
        Runtime.getRuntime().maxMemory() >> 20);
  }
}
