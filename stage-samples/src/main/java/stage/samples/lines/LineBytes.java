package stage.samples.lines;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Cuts bytes into lines. What follows the last line feed waits: the input may still grow. */
final class LineBytes {
  /** The rest of a longer line is passed over, so that memory stays flat even if the input has no line feed at all. */
  private static final int MOST_BYTES = 1 << 20;

  private final byte[] buffer = new byte[1 << 15];
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private int next;
  private int end;

  /** {@return the next line, or null if there is no whole one now} */
  String next(InputStream in) throws IOException {
    while (true) {
      for (int at = next; at < end; at++) {
        if (buffer[at] != '\n') continue;
        keep(at);
        next = at + 1;
        return take();
      }
      keep(end);
      next = 0;
      end = Math.max(0, in.read(buffer, 0, buffer.length));
      if (end == 0) return null;
    }
  }

  /** {@return what follows the last line feed; null if nothing does} */
  String rest() {
    return line.size() == 0 ? null : take();
  }

  private void keep(int to) {
    line.write(buffer, next, Math.min(to - next, MOST_BYTES - line.size()));
  }

  private String take() {
    byte[] bytes = line.toByteArray();
    line.reset();
    int length = bytes.length > 0 && bytes[bytes.length - 1] == '\r' ? bytes.length - 1 : bytes.length;
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
