package stage.samples.flights;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * The blocks of all inputs, one input after the other, their headers checked and taken off.
 *
 * <p>If the last input is followed, it never ends: at its end there is {@linkplain #next() nothing now}. A line that is
 * not finished yet waits for its line feed. A file that was replaced is read to its end, and its successor from the
 * start; one that was truncated is read from its start again.
 *
 * <p>Another source can go on from the {@link #place()} that this one has reached: it opens the file again and passes
 * over what was handed out. A pipe cannot be opened again, and is therefore shared.
 */
final class BlockSource implements Closeable {
  /** What to do at the end of the open input. */
  private enum AtEnd { WAIT, READ_THE_LAST_OF_IT, START_AGAIN, GO_ON_TO_ITS_SUCCESSOR, GO_ON_TO_THE_NEXT }

  private final List<TextInput> inputs;
  private final boolean follow;
  private final Pipes pipes;

  private Place place;              // where the next block begins; while an input is open, it is one in it
  private OpenInput open;           // null between two inputs
  private InputStream text;         // of the open input
  private Pipe pipe;                // the open input, if it cannot be opened again, else null
  private FollowedFile followed;    // the open input, if it is followed, else null
  private boolean replaced;         // followed, and seen to have a successor
  private LineCutter cutter;        // of the open input

  /** Reads all of the inputs. */
  BlockSource(List<TextInput> inputs, boolean follow) {
    this(inputs, follow, Place.START, new Pipes());
  }

  /**
   * Goes on with the inputs. Nothing is opened yet.
   *
   * @param place the place that another source has reached
   * @param pipes its pipes
   */
  BlockSource(List<TextInput> inputs, boolean follow, Place place, Pipes pipes) {
    this.inputs = List.copyOf(inputs);
    this.follow = follow;
    this.place = place;
    this.pipes = pipes;
  }

  /**
   * Reads each file's first lines, so that one that cannot be read is known before hours of counting.
   *
   * @throws JobFailed if an input cannot be read or has no header; the message says which and why
   */
  static void check(List<TextInput> inputs, boolean follow) throws IOException {
    for (TextInput input : inputs) {
      if (!(input instanceof TextInput.File file)) continue;
      file.ensureReadable();
      if (!file.canBeOpenedAgain()) continue;   // a pipe can be read only once
      boolean last = input == inputs.getLast();
      try (BlockSource source = new BlockSource(List.of(file), follow && last)) {
        source.next();
      }
    }
  }

  /**
   * {@return the next block, or null if there is nothing now} Blocks as long as the input does. Nobody can go on from
   * an earlier place than the one reached before this call, if it is in a pipe.
   *
   * @throws JobFailed if an input cannot be read or has no header; the message says which and why
   */
  LineBlock next() throws IOException {
    pipes.keepFrom(place);
    while (!isEnded()) {
      if (open == null) openInput();
      LineBlock block = cutter.next(text);
      if (block != null) {
        block = handOut(block);
      } else {
        switch (atEnd()) {
          case WAIT -> {
            return null;
          }
          case READ_THE_LAST_OF_IT -> replaced = true;   // what was written between our reading and its replacement
          case START_AGAIN -> closeInput(place.input());   // a line that was not finished is gone with the rest
          case GO_ON_TO_ITS_SUCCESSOR -> {
            block = theRest();
            closeInput(place.input());
          }
          case GO_ON_TO_THE_NEXT -> {
            block = theRest();
            if (!place.headerTaken()) {
              throw new JobFailed(
                  inputs.get(place.input()).name() + " is empty: its first line must be " + Header.TEXT);
            }
            closeInput(place.input() + 1);
          }
        }
      }
      if (block != null && block.size() > 0) return block;
    }
    return null;
  }

  private LineBlock theRest() throws JobFailed {
    LineBlock rest = cutter.rest();
    return rest == null ? null : handOut(rest);
  }

  /** Takes the header off, if it is there, and numbers the block. What is left of it may be nothing. */
  private LineBlock handOut(LineBlock block) throws JobFailed {
    LineBlock lines = (place.headerTaken() ? block : Header.takeOff(block)).withNumber(place.blocks());
    place = place.after(lines, cutter);
    return lines;
  }

  /** {@return where the next block begins} */
  Place place() {
    return place;
  }

  /** {@return whether all inputs have been read to their end} Never, if the last one is followed. */
  boolean isEnded() {
    return place.input() == inputs.size();
  }

  /** {@return how many bytes have been read of all inputs, as they are stored} */
  long position() {
    return place.bytesBefore() + (open == null ? 0 : open.position());
  }

  private void openInput() throws IOException {
    int index = place.input();
    TextInput input = inputs.get(index);
    followed = null;
    pipe = null;
    replaced = false;
    long offset = place.offset();
    if (!input.canBeOpenedAgain()) {
      pipe = pipes.of(index, input);
      open = pipe.input();
      text = pipe;
      offset = pipe.goBackTo(offset);
    } else {
      if (follow && index == inputs.size() - 1 && input instanceof TextInput.File file) {
        followed = FollowedFile.open(file);
        open = followed.input();
      } else {
        open = input.open();
      }
      text = open;
      open.passOver(offset);
    }
    cutter = new LineCutter(input.name(), offset, place.line(), place.inLongLine());
  }

  private void closeInput(int next) throws IOException {
    place = place.atStartOf(next, position());
    close();
    open = null;
  }

  private AtEnd atEnd() throws IOException {
    if (followed == null) return AtEnd.GO_ON_TO_THE_NEXT;
    if (open.isGzip()) {
      throw new JobFailed(
          inputs.get(place.input()).name() + " is a gzip file, and those do not grow; leave out --follow");
    }
    if (replaced) return AtEnd.GO_ON_TO_ITS_SUCCESSOR;
    return switch (followed.fate()) {
      case THERE -> AtEnd.WAIT;
      case REPLACED -> AtEnd.READ_THE_LAST_OF_IT;
      case TRUNCATED -> AtEnd.START_AGAIN;
    };
  }

  /** Closes what is open. A pipe stays open, for the next incarnation. */
  @Override
  public void close() throws IOException {
    if (open != null && pipe == null) open.close();
  }
}
