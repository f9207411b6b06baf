package stage.samples.flights;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * An input that cannot be opened again, kept open while its reader is restarted. What was read is kept until the reader
 * has a later place to go back to, so it is no more than a block or two.
 */
final class Pipe extends InputStream {
  private final OpenInput input;
  private byte[] kept = new byte[2 * LineBlock.MOST_BYTES];
  private int filled;    // how many bytes are kept
  private int next;      // the first of them that has not been given since the reader was restarted
  private long offset;   // of the first of them in the text

  Pipe(OpenInput input) {
    this.input = input;
  }

  /** {@return the input behind it} */
  OpenInput input() {
    return input;
  }

  /** Forgets what is before a place, which the reader will not go back to. */
  void keepFrom(long place) {
    if (place <= offset) return;
    int gone = (int) (place - offset);
    System.arraycopy(kept, gone, kept, 0, filled - gone);
    filled -= gone;
    next -= gone;
    offset = place;
  }

  /**
   * Gives again what was read from a place on.
   *
   * @return where it goes on: at that place, or after it if what is between was {@linkplain #mark passed over}
   */
  long goBackTo(long place) {
    next = (int) Math.max(0, place - offset);
    return offset + next;
  }

  /**
   * Forgets all that was given: the rest of a long line may be longer than memory, and is skipped from anywhere in it
   * alike.
   */
  @Override
  public void mark(int limit) {
    keepFrom(offset + next);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int from, int length) throws IOException {
    if (next == filled) {
      int read = input.read(bytes, from, length);
      if (read > 0) keep(bytes, from, read);
      return read;
    }
    int count = Math.min(length, filled - next);
    System.arraycopy(kept, next, bytes, from, count);
    next += count;
    return count;
  }

  private void keep(byte[] bytes, int from, int length) {
    if (filled + length > kept.length) kept = Arrays.copyOf(kept, 2 * (filled + length));
    System.arraycopy(bytes, from, kept, filled, length);
    filled += length;
    next = filled;
  }

  @Override
  public void close() throws IOException {
    input.close();
  }
}
