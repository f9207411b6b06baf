package stage.samples.lines;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import stage.samples.flights.FollowedFile;
import stage.samples.flights.TextInput;
import stage.samples.flights.JobFailed;
import stage.samples.flights.OpenInput;

/**
 * The lines of all inputs, one input after the other, gzip files unpacked. The last one may be followed: then it never
 * ends, at its end there is nothing now, and a file that was replaced or emptied is read from its start.
 *
 * <p>Outlives the lives of the stage that reads: what it has handed out and the stage has not yet committed is kept,
 * and handed out again if the stage goes back. Only that stage's thread touches it, but for {@link #stop}.
 */
public final class Lines implements Closeable {
  private static final int LINE_BITS = 40;   // no input has more lines

  private final List<TextInput> inputs;
  private final boolean follow;
  private final long first;   // the index of the first line

  private final Deque<Line> kept = new ArrayDeque<>();   // handed out and not committed, or to be handed out again
  private long committed;   // how many lines
  private long handedOut;
  private long read;

  private int index;        // of the open input, or of the next one
  private OpenInput open;
  private FollowedFile followed;
  private LineBytes bytes;
  private long number;
  private volatile boolean isStopped;
  private volatile OpenInput pipe;   // the last one that was opened and can be ended from here; null if there is none

  /** Of these inputs, in this order. */
  public Lines(List<TextInput> inputs, boolean follow) {
    this(inputs, follow, 0);
  }

  /** Of these inputs, in this order, the first line with this index. */
  public Lines(List<TextInput> inputs, boolean follow, long first) {
    this.inputs = List.copyOf(inputs);
    this.follow = follow;
    this.first = first;
  }

  /** {@return the lines of each input by themselves, with indices that go up from input to input} */
  public static List<Lines> ofEach(List<TextInput> inputs, boolean followLast) {
    List<Lines> all = new ArrayList<>();
    for (TextInput input : inputs) {
      boolean follows = followLast && all.size() == inputs.size() - 1;
      all.add(new Lines(List.of(input), follows, (long) all.size() << LINE_BITS));
    }
    return all;
  }

  /**
   * Looks whether files can be read, before anything starts.
   *
   * @throws JobFailed if one cannot; the message says which and why
   */
  public static void check(List<TextInput> inputs) throws JobFailed {
    for (TextInput input : inputs) if (input instanceof TextInput.File file) file.ensureReadable();
  }

  /** Ends the lines, wherever they are: a followed file has no other end. Any thread. */
  public void stop() {
    isStopped = true;
    OpenInput blocking = pipe;
    if (blocking != null) blocking.stop();   // or it might wait forever for bytes that nobody writes
  }

  /** {@return whether there are no more} */
  boolean isEnded() {
    return handedOut == read && (isStopped || index == inputs.size());
  }

  /** The stage has committed this many lines; those it had beyond that come again. */
  void goOnAfter(long lines) {
    for (; committed < lines; committed++) kept.remove();
    handedOut = committed;
  }

  /** {@return the next line, or null if there is none now} */
  Line next() throws IOException {
    if (handedOut < read) {
      // After a crash: rare, and among few.
      Line again = kept.stream().skip(handedOut - committed).findFirst().orElseThrow();
      handedOut++;
      return again;
    }
    Line line = isStopped ? null : readNext();
    if (line == null) return null;
    kept.add(line);
    read++;
    handedOut++;
    return line;
  }

  private Line readNext() throws IOException {
    while (index < inputs.size()) {
      if (open == null) open();
      String text = bytes.next(open);
      if (text != null) return line(text);
      if (followed != null) {
        if (open.isGzip()) throw new JobFailed(name() + " is a gzip file, and those do not grow; leave out --follow");
        if (followed.fate() == FollowedFile.Fate.THERE) return null;
        String rest = followed.fate() == FollowedFile.Fate.REPLACED ? bytes.rest() : null;
        Line last = rest == null ? null : line(rest);
        close();
        if (last != null) return last;
        continue;
      }
      String rest = bytes.rest();
      Line last = rest == null ? null : line(rest);
      close();
      index++;
      if (last != null) return last;
    }
    return null;
  }

  private Line line(String text) {
    number++;
    // A byte order mark is no part of the text.
    return new Line(first + read, name(), number, number == 1 && text.startsWith("\ufeff") ? text.substring(1) : text);
  }

  private String name() {
    return inputs.get(index).name();
  }

  private void open() throws IOException {
    TextInput input = inputs.get(index);
    if (follow && index == inputs.size() - 1 && input instanceof TextInput.File file && file.canBeOpenedAgain()) {
      followed = FollowedFile.open(file);
      open = followed.input();
    } else {
      open = input.open();
      if (follow && !input.canBeOpenedAgain()) endByStop(open);
    }
    bytes = new LineBytes();
    number = 0;
  }

  private void endByStop(OpenInput blocking) {
    blocking.pump();
    pipe = blocking;
    if (isStopped) blocking.stop();
  }

  @Override
  public void close() throws IOException {
    if (open != null) open.close();
    open = null;
    followed = null;
  }
}
