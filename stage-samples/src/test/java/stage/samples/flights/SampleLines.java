package stage.samples.flights;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.GZIPOutputStream;

/** Input for tests. */
final class SampleLines {
  static final String HEADER = Header.TEXT + "\n";

  private SampleLines() {}

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(LineBlock block) {
    return new String(block.bytes(), block.from(), block.size(), StandardCharsets.UTF_8);
  }

  static Path write(Path path, String text) throws IOException {
    return Files.writeString(path, text);
  }

  static Path append(Path path, String text) throws IOException {
    return Files.writeString(path, text, StandardOpenOption.APPEND);
  }

  static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes(text));
    }
    return packed.toByteArray();
  }

  /** {@return a stream that gives at most a few bytes at a time, as a slow pipe does} */
  static InputStream inPiecesOf(int size, byte[] bytes) {
    return new ByteArrayInputStream(bytes) {
      @Override
      public synchronized int read(byte[] into, int offset, int length) {
        return super.read(into, offset, Math.min(size, length));
      }
    };
  }
}
