package stage.samples.flights;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Keeps what is written, and lets a test wait for a text to appear in it. */
public final class Capture extends OutputStream {
  private static final long PATIENCE_SECONDS = 30;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition written = lock.newCondition();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  @Override
  public void write(int one) {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] more, int from, int length) {
    lock.lock();
    try {
      bytes.write(more, from, length);
      written.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** {@return what was written so far} */
  public String text() {
    lock.lock();
    try {
      return bytes.toString(StandardCharsets.UTF_8);
    } finally {
      lock.unlock();
    }
  }

  /** Waits until this was written. */
  public void awaitText(String text) throws InterruptedException {
    lock.lock();
    try {
      long left = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (!text().contains(text)) {
        if (left <= 0) throw new AssertionError("waited for \"" + text + "\", but there is only:\n" + text());
        left = written.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }
}
