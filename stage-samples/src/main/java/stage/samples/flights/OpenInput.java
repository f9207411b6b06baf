package stage.samples.flights;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * An input while it is read: its lines, unpacked if it is a gzip file, and how far it has been read.
 *
 * <p>A gzip file is known by its first two bytes, not by its name: so a pipe may carry one too.
 */
public final class OpenInput extends InputStream {
  private static final int MAGIC_0 = 0x1f;
  private static final int MAGIC_1 = 0x8b;

  private final String name;
  private final Counted raw;
  private PumpedInput pumped;  // null if it cannot be ended from here
  private InputStream lines;   // null until the first bytes have told what it is

  OpenInput(String name, InputStream raw) {
    this.name = name;
    this.raw = new Counted(raw);
  }

  /** Has it read by a thread of its own, so that {@link #stop} can end it. Before anything is read. */
  public void pump() {
    pumped = new PumpedInput(raw.in);
    raw.in = pumped;
  }

  /** Ends it, if it is {@linkplain #pump pumped}. Any thread, once the input is known to others. */
  public void stop() {
    if (pumped != null) pumped.stop();
  }

  /** {@return how many of its bytes have been read, as they are stored} */
  long position() {
    return raw.read;
  }

  /** {@return whether it is a gzip file, as far as that is known yet} */
  public boolean isGzip() {
    return lines instanceof GZIPInputStream;
  }

  /** Reads what was read before, when the input was open already. */
  void passOver(long bytes) throws IOException {
    byte[] passed = new byte[(int) Math.min(bytes, LineBlock.MOST_BYTES)];
    for (long left = bytes; left > 0; ) {
      int read = read(passed, 0, (int) Math.min(left, passed.length));
      if (read < 0) throw new JobFailed(name + " has become shorter while it was read");
      left -= read;
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    try {
      if (lines == null) lines = recognized();
      return lines.read(bytes, offset, length);
    } catch (JobFailed told) {
      throw told;
    } catch (EOFException e) {
      throw new JobFailed(name + " is a gzip file that breaks off in the middle", e);
    } catch (ZipException e) {
      throw new JobFailed(name + " is a damaged gzip file: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new JobFailed("cannot read " + name + ": " + Reason.of(e), e);
    }
  }

  private InputStream recognized() throws IOException {
    PushbackInputStream start = new PushbackInputStream(raw, 2);
    byte[] magic = start.readNBytes(2);
    start.unread(magic);
    boolean gzip = magic.length == 2 && (magic[0] & 0xff) == MAGIC_0 && (magic[1] & 0xff) == MAGIC_1;
    return gzip ? new GZIPInputStream(start, LineBlock.MOST_BYTES) : start;
  }

  @Override
  public void close() throws IOException {
    if (lines != null) lines.close();
    raw.close();
  }

  /** Counts what is read. */
  private static final class Counted extends InputStream {
    private InputStream in;
    private long read;

    Counted(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      int one = in.read();
      if (one >= 0) read++;
      return one;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count = in.read(bytes, offset, length);
      if (count > 0) read += count;
      return count;
    }

    /**
     * Always says that there may be more: a gzip file can have several parts, and a slow pipe must not seem to end
     * after the first.
     */
    @Override
    public int available() {
      return 1;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
