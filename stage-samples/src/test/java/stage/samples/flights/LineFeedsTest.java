package stage.samples.flights;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LineFeedsTest {
  @Test
  void countsAsOneByOne() {
    Random random = new Random(1);
    for (int round = 0; round < 2_000; round++) {
      byte[] bytes = new byte[random.nextInt(70)];
      for (int i = 0; i < bytes.length; i++) {
        // the neighbours of the line feed, and its image with the high bit set, are what a careless count takes for one
        bytes[i] = (byte) new int[] {'\n', '\n' - 1, '\n' + 1, '\n' | 0x80, 0, 0xFF, 'x'}[random.nextInt(7)];
      }
      int from = random.nextInt(bytes.length + 1);
      int to = from + random.nextInt(bytes.length - from + 1);
      int expected = 0;
      for (int i = from; i < to; i++) {
        if (bytes[i] == '\n') expected++;
      }
      assertThat(LineFeeds.count(bytes, from, to)).isEqualTo(expected);
    }
  }

  @Test
  void findsTheFirstAndTheLast() {
    byte[] bytes = SampleLines.bytes("ab\ncd\nef");

    assertThat(LineFeeds.endOfFirst(bytes, 0, 8)).isEqualTo(3);
    assertThat(LineFeeds.endOfLast(bytes, 0, 8)).isEqualTo(6);
    assertThat(LineFeeds.endOfFirst(bytes, 6, 8)).isEqualTo(8);
    assertThat(LineFeeds.endOfLast(bytes, 6, 8)).isEqualTo(6);
  }
}
