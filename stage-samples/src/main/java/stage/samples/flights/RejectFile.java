package stage.samples.flights;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The file of malformed lines. What was written to it can be cut off again. */
final class RejectFile implements Closeable {
  private final Path path;
  private final SeekableByteChannel channel;
  private long size;

  private RejectFile(Path path, SeekableByteChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Begins an empty file. It may as well be something that is no file, such as a terminal.
   *
   * @throws JobFailed if it cannot be written
   */
  static RejectFile create(Path path) throws IOException {
    try {
      return new RejectFile(path, Files.newByteChannel(path,
          StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE));
    } catch (IOException e) {
      throw cannotWrite(path, e);
    }
  }

  /**
   * Goes on with a file, after the first bytes of it; what follows them is cut off.
   *
   * @throws JobFailed if it cannot be written, or has become shorter
   */
  static RejectFile reopen(Path path, long size) throws IOException {
    try {
      RejectFile file = new RejectFile(path, Files.newByteChannel(path, StandardOpenOption.WRITE));
      try {
        file.cutOffAfter(size);
        return file;
      } catch (Throwable e) {
        file.close();
        throw e;
      }
    } catch (JobFailed e) {
      throw e;
    } catch (IOException e) {
      throw cannotWrite(path, e);
    }
  }

  private void cutOffAfter(long size) throws IOException {
    if (channel.size() < size) {
      throw new JobFailed(
          "the rejects in " + Quoted.plain(path.toString()) + " have become fewer while they were written");
    }
    channel.truncate(size);
    channel.position(size);
    this.size = size;
  }

  /** Writes text, and leaves nothing of it in a buffer. */
  void write(String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    size += bytes.remaining();
    try {
      while (bytes.hasRemaining()) channel.write(bytes);
    } catch (IOException e) {
      throw cannotWrite(path, e);
    }
  }

  /** {@return how many bytes were written} */
  long size() {
    return size;
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } catch (IOException e) {
      throw cannotWrite(path, e);
    }
  }

  private static JobFailed cannotWrite(Path path, IOException e) {
    return new JobFailed("cannot write the rejects to " + Quoted.plain(path.toString()) + ": " + Reason.of(e), e);
  }
}
