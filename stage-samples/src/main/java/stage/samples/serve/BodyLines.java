package stage.samples.serve;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;

/**
 * Cuts the pieces of a body into lines. The line that is not finished yet is a state, so that a crash does not lose it.
 */
final class BodyLines implements Stage.ProducerConsumer<List<ByteBuffer>, String> {
  private State<byte[]> begun;

  @Override
  public void onStart(StageContext context) {
    begun = context.state("begun", new byte[0]);
  }

  @Override
  public void onEvents(List<List<ByteBuffer>> pieces, Inlet<List<ByteBuffer>> from, Outlet<String> out) {
    byte[] rest = begun.value();
    for (List<ByteBuffer> buffers : pieces) {
      // a buffer that was read to its end would be empty after a crash
      for (ByteBuffer buffer : buffers) rest = cut(rest, buffer.duplicate(), out);
    }
    begun.set(rest);
  }

  private static byte[] cut(byte[] before, ByteBuffer buffer, Outlet<String> out) {
    byte[] text = Arrays.copyOf(before, before.length + buffer.remaining());
    buffer.get(text, before.length, buffer.remaining());
    int start = 0;
    for (int i = before.length; i < text.length; i++) {
      if (text[i] != '\n') continue;
      out.emit(new String(text, start, i - start, StandardCharsets.UTF_8));
      start = i + 1;
    }
    return Arrays.copyOfRange(text, start, text.length);
  }
}
