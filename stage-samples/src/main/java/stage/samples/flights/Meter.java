package stage.samples.flights;

/** How far reading has come. Written by the reader's thread only; any thread may look, so that asking never waits for a slow input. */
final class Meter {
  private volatile long rows;
  private volatile long bytes;

  /** Counts what was read. The reader's thread only. */
  void advance(long moreRows, long bytesNow) {
    rows = rows + moreRows;   // one writer, so nothing is lost between reading and writing it
    bytes = bytesNow;
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
