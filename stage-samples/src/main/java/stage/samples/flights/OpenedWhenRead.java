package stage.samples.flights;

import java.io.IOException;
import java.io.InputStream;

/** An input that is opened by the first read of it, on the thread that reads. */
final class OpenedWhenRead extends InputStream {
  /** What opens it. */
  interface Opening {
    InputStream open() throws IOException;
  }

  private final Opening opening;
  private InputStream in;   // null until it is read

  OpenedWhenRead(Opening opening) {
    this.opening = opening;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int from, int length) throws IOException {
    if (in == null) in = opening.open();
    return in.read(bytes, from, length);
  }

  @Override
  public void close() throws IOException {
    if (in != null) in.close();
  }
}
