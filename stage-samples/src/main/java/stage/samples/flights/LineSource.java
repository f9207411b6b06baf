package stage.samples.flights;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * The blocks of all inputs, one input after the other, their headers checked and taken off.
 *
 * <p>If the last input is followed, it never ends: at its end there is {@linkplain #next() nothing now}. A line that is not finished yet
 * waits for its line feed. A file that was replaced is read to its end, and its successor from the start; one that was truncated is
 * read from its start again.
 */
final class LineSource implements Closeable {
  /** What to do at the end of the open input. */
  private enum AtEnd { WAIT, READ_THE_LAST_OF_IT, START_AGAIN, GO_ON_TO_ITS_SUCCESSOR, GO_ON_TO_THE_NEXT }

  private final List<Input> inputs;
  private final boolean follow;

  private int index;                // of the input being read, or to be opened next
  private OpenInput open;           // null between two inputs
  private FollowedFile followed;    // the open input, if it is followed, else null
  private boolean replaced;         // followed, and seen to have a successor
  private LineCutter cutter;        // of the open input
  private boolean headerPending;
  private long bytesBefore;         // read of the inputs before this one
  private long blocks;              // handed out

  LineSource(List<Input> inputs, boolean follow) {
    this.inputs = List.copyOf(inputs);
    this.follow = follow;
  }

  /**
   * Reads each file's first lines, so that one that cannot be read is known before hours of counting.
   *
   * @throws JobFailed if an input cannot be read or has no header; the message says which and why
   */
  static void check(List<Input> inputs, boolean follow) throws IOException {
    for (Input input : inputs) {
      if (!(input instanceof Input.File file)) continue;
      file.ensureReadable();
      if (!file.isRegular()) continue;   // a pipe can be read only once
      boolean last = input == inputs.getLast();
      try (LineSource source = new LineSource(List.of(file), follow && last)) {
        source.next();
      }
    }
  }

  /**
   * {@return the next block, or null if there is nothing now} Blocks as long as the input does.
   *
   * @throws JobFailed if an input cannot be read or has no header; the message says which and why
   */
  LineBlock next() throws IOException {
    while (!isEnded()) {
      if (open == null) openInput();
      LineBlock block = cutter.next(open);
      if (block == null) {
        switch (atEnd()) {
          case WAIT -> {
            return null;
          }
          case READ_THE_LAST_OF_IT -> replaced = true;   // what was written between our reading and its replacement
          case START_AGAIN -> closeInput(index);          // a line that was not finished is gone with the rest
          case GO_ON_TO_ITS_SUCCESSOR -> {
            block = cutter.rest();
            closeInput(index);
          }
          case GO_ON_TO_THE_NEXT -> {
            block = cutter.rest();
            if (headerPending && block == null) {
              throw new JobFailed(inputs.get(index).name() + " is empty: its first line must be " + Header.TEXT);
            }
            closeInput(index + 1);
          }
        }
        if (block == null) continue;
      }
      if (headerPending) {
        block = Header.takeOff(block);
        headerPending = false;
      }
      if (block.size() > 0) return block.withNumber(blocks++);
    }
    return null;
  }

  /** {@return whether all inputs have been read to their end} Never, if the last one is followed. */
  boolean isEnded() {
    return index == inputs.size();
  }

  /** {@return how many bytes have been read of all inputs, as they are stored} */
  long position() {
    return bytesBefore + (open == null ? 0 : open.position());
  }

  private void openInput() throws IOException {
    Input input = inputs.get(index);
    if (follow && index == inputs.size() - 1 && input instanceof Input.File file && file.isRegular()) {
      followed = FollowedFile.open(file);
      open = followed.input();
    } else {
      followed = null;
      open = input.open();
    }
    cutter = new LineCutter(input.name());
    headerPending = true;
    replaced = false;
  }

  private void closeInput(int next) throws IOException {
    bytesBefore += open.position();
    open.close();
    open = null;
    index = next;
  }

  private AtEnd atEnd() throws IOException {
    if (followed == null) return AtEnd.GO_ON_TO_THE_NEXT;
    if (open.isGzip()) {
      throw new JobFailed(inputs.get(index).name() + " is a gzip file, and those do not grow; leave out --follow");
    }
    if (replaced) return AtEnd.GO_ON_TO_ITS_SUCCESSOR;
    return switch (followed.fate()) {
      case THERE -> AtEnd.WAIT;
      case REPLACED -> AtEnd.READ_THE_LAST_OF_IT;
      case TRUNCATED -> AtEnd.START_AGAIN;
    };
  }

  @Override
  public void close() throws IOException {
    if (open != null) open.close();
  }
}
