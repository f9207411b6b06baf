package stage.samples.flights;

import java.util.List;

/**
 * How far reading has come. Written by the reader's thread only; any thread may look, so that asking never waits for a
 * slow input.
 */
final class ReadMeter {
  private final List<ReadMeter> others;
  private volatile long rows;
  private volatile long bytes;
  private volatile boolean isAtEnd;

  /** Of one reader. */
  ReadMeter() {
    this(List.of());
  }

  /** Of all these together. */
  ReadMeter(List<ReadMeter> others) {
    this.others = List.copyOf(others);
  }

  /**
   * Shows how far reading has come in all. The reader's thread only; when it is restarted, that may be a block less
   * than before.
   */
  void show(long rows, long bytes) {
    this.rows = rows;
    this.bytes = bytes;
  }

  /** There is nothing more to read. The reader's thread only. */
  void end() {
    isAtEnd = true;
  }

  /** {@return whether there is nothing more to read} */
  boolean isAtEnd() {
    return others.isEmpty() ? isAtEnd : others.stream().allMatch(ReadMeter::isAtEnd);
  }

  /** {@return how many lines have been read, headers left out} */
  long rows() {
    return others.isEmpty() ? rows : others.stream().mapToLong(ReadMeter::rows).sum();
  }

  /** {@return how many bytes have been read, as they are stored} */
  long bytes() {
    return others.isEmpty() ? bytes : others.stream().mapToLong(ReadMeter::bytes).sum();
  }
}
