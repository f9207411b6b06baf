package stage.samples.flights;

/**
 * How far reading has come. Written by the reader's thread only; any thread may look, so that asking never waits for a
 * slow input.
 */
final class ReadMeter {
  private volatile long rows;
  private volatile long bytes;

  /**
   * Shows how far reading has come in all. The reader's thread only; when it is restarted, that may be a block less
   * than before.
   */
  void show(long rows, long bytes) {
    this.rows = rows;
    this.bytes = bytes;
  }

  /** {@return how many lines have been read, headers left out} */
  long rows() {
    return rows;
  }

  /** {@return how many bytes have been read, as they are stored} */
  long bytes() {
    return bytes;
  }
}
