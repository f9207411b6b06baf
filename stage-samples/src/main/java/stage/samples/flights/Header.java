package stage.samples.flights;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;

/** The first line of every input, which names the columns. */
final class Header {
  static final String TEXT = "date,delay,distance,origin,destination";

  private static final byte[] BYTES = TEXT.getBytes(StandardCharsets.US_ASCII);

  private Header() {}

  /**
   * Takes the header off the first block of an input. A byte order mark before it and a carriage return after it do no
   * harm.
   *
   * @return the rest of the block, perhaps without a line
   * @throws JobFailed if the first line is something else; the message says what
   */
  static LineBlock takeOff(LineBlock block) throws JobFailed {
    byte[] bytes = block.bytes();
    int next = LineFeeds.endOfFirst(bytes, block.from(), block.to());
    int from = block.from() + (startsWithMark(block) ? 3 : 0);
    int to = next;
    if (to > from && bytes[to - 1] == '\n') to--;
    if (to > from && bytes[to - 1] == '\r') to--;
    if (!Arrays.equals(bytes, from, to, BYTES, 0, BYTES.length))
      throw new JobFailed(complaint(block.input(), bytes, from, to));
    return block.afterFirst(next);
  }

  /** {@return whether a later line is a header again} As where several files were put together by a shell. */
  static boolean isAt(byte[] bytes, int from, int to) {
    int start = to - from > 3 && startsWithMark(bytes, from) ? from + 3 : from;
    int end = to > start && bytes[to - 1] == '\r' ? to - 1 : to;
    return Arrays.equals(bytes, start, end, BYTES, 0, BYTES.length);
  }

  private static boolean startsWithMark(LineBlock block) {
    return block.size() >= 3 && startsWithMark(block.bytes(), block.from());
  }

  private static boolean startsWithMark(byte[] bytes, int at) {
    return bytes[at] == (byte) 0xEF && bytes[at + 1] == (byte) 0xBB && bytes[at + 2] == (byte) 0xBF;
  }

  private static String complaint(String input, byte[] bytes, int from, int to) {
    List<String> wanted = List.of(TEXT.split(","));
    List<String> found =
        List.of(new String(bytes, from, Math.min(to - from, 200), StandardCharsets.UTF_8).split(",", -1));
    if (found.size() == wanted.size() && new HashSet<>(found).containsAll(wanted)) {
      return input + " has its columns in another order: they must be " + TEXT + ", but are " + String.join(",", found);
    }
    return input + " has no header: its first line must be " + TEXT + ", but is " + Quoted.bytes(bytes, from, to);
  }
}
