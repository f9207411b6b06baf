package stage.samples.flights;

/**
 * How far the inputs have been handed out: where a reader that is restarted goes on. A value, so that it can be a
 * stage's state.
 *
 * @param input which of them is being read, from 0
 * @param offset where in its text, in bytes of it unpacked, the next block begins
 * @param line the number of the first line there, from 1
 * @param inLongLine whether a line that fits in no block has been handed out, cut off, and its rest is still to be
 *     skipped
 * @param headerTaken whether the header has been taken off
 * @param bytesBefore how many bytes the inputs before this one have, as they are stored
 * @param blocks how many blocks were handed out
 * @param rows how many lines there were in them
 */
record Place(int input, long offset, long line, boolean inLongLine, boolean headerTaken, long bytesBefore, long blocks,
    long rows) {
  /** Before the first line of the first input. */
  static final Place START = new Place(0, 0, 1, false, false, 0, 0, 0);

  /** {@return the beginning of an input, with what was handed out so far} */
  Place atStartOf(int input, long bytesBefore) {
    return new Place(input, 0, 1, false, false, bytesBefore, blocks, rows);
  }

  /**
   * {@return the place after a block of the same input, whose header has been taken off} Without lines it does not
   * count.
   */
  Place after(LineBlock block, LineCutter cutter) {
    long blocksNow = block.size() > 0 ? blocks + 1 : blocks;
    return new Place(input, cutter.offset(), cutter.line(), cutter.isInLongLine(), true, bytesBefore, blocksNow,
        rows + block.lines());
  }
}
