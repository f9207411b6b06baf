package stage.samples.flights;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * A pipe that can be ended from this side. A read of a pipe that nobody writes to blocks forever, and nothing but more
 * bytes can end it: so a thread of its own reads, and who waits for bytes waits for that thread or for the end.
 */
final class PumpedInput extends InputStream {
  private static final int MOST_CHUNKS = 2;   // a pipe may be endless
  private static final Chunk STOP = new Chunk(new byte[0], -1, null);

  /**
   * What one read has brought: as many bytes as {@code length} says, which is -1 at the end; or the reason why none.
   */
  private record Chunk(byte[] bytes, int length, IOException failure) {}

  private final InputStream in;
  private final BlockingQueue<Chunk> chunks = new ArrayBlockingQueue<>(MOST_CHUNKS);
  private volatile boolean stopped;   // written by who ends it
  // the reader's
  private Chunk chunk = new Chunk(new byte[0], 0, null);
  private int at;

  PumpedInput(InputStream in) {
    this.in = in;
    Thread.ofPlatform().daemon().name("flights-pipe").start(this::pump);   // it may never end
  }

  private void pump() {
    try {
      Chunk next;
      do {
        next = readChunk();
        chunks.put(next);
      } while (next.length >= 0);
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private Chunk readChunk() {
    byte[] bytes = new byte[LineBlock.MOST_BYTES];
    try {
      return new Chunk(bytes, in.read(bytes, 0, bytes.length), null);
    } catch (IOException failure) {
      return new Chunk(bytes, -1, failure);
    }
  }

  /** Ends it: what was read is there, and then it is at its end. Any thread. */
  void stop() {
    stopped = true;
    chunks.offer(STOP);   // if there is no room for it, the reader does not wait either
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    while (chunk.length >= 0 && at == chunk.length) {
      if (stopped && chunks.isEmpty()) return -1;
      try {
        chunk = chunks.take();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while waiting for a pipe");
      }
      at = 0;
    }
    if (chunk.failure != null) throw chunk.failure;
    if (chunk.length < 0) return -1;
    int count = Math.min(length, chunk.length - at);
    System.arraycopy(chunk.bytes, at, bytes, offset, count);
    at += count;
    return count;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
