package stage.samples.flights;

/**
 * A run of whole lines of one input, as bytes: the event that {@link BlockReader} emits.
 *
 * <p>A block and not a line, because nothing needs the single line before it is parsed: one array holds some thousand
 * rows, no row costs an object, and what crosses from thread to thread is a few events per hundred thousand rows. The
 * bytes belong to whoever has the block and are never changed once it is emitted.
 *
 * @param number which block of all inputs this is, from 0
 * @param input the name of the input
 * @param firstLine the number of the first line in it, from 1
 * @param lines how many lines there are
 * @param bytes the array
 * @param from where the first line begins
 * @param to where the last line ends; its line feed is missing only at the end of an input or when the line is too long
 *     for a block
 */
record LineBlock(long number, String input, long firstLine, int lines, byte[] bytes, int from, int to) {
  /** The most bytes in a block, and therefore the most lines: each has at least its line feed. */
  static final int MOST_BYTES = 1 << 15;

  /** {@return the number of bytes} */
  int size() {
    return to - from;
  }

  /**
   * {@return this block with another number}
   *
   * @param number which block of all inputs this is, from 0
   */
  LineBlock withNumber(long number) {
    return new LineBlock(number, input, firstLine, lines, bytes, from, to);
  }

  /**
   * {@return the rest of this block, after its first line}
   *
   * @param next where the second line begins
   */
  LineBlock afterFirst(int next) {
    return new LineBlock(number, input, firstLine + 1, lines - 1, bytes, next, to);
  }
}
