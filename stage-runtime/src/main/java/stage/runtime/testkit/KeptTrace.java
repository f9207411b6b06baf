package stage.runtime.testkit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Pattern;

/** The end of the trace of one run, for people. Used only by the running simulated thread. */
final class KeptTrace {
  private static final int LINES = 80;
  private static final int FROM_THE_END = 4000;   // steps: many of them are polls, and are told in one line
  private static final int FEW = 2;
  // nothing was done
  private static final Pattern DULL = Pattern.compile("s  [^ ]+ (is going to wait for|can go on)");
  private static final String LEGEND = """
      what happened, a line for each step: its number, the simulated time, who made it, and what
        shop/orders#2            the second incarnation of the stage orders: the first has crashed, or was restarted with others
        from a: 2 to take        the stage has 2 events of a to handle; "asked for": as many more may come
        to b: 3 wanted           b has asked for 3 events that were not sent; "in flight": were sent, and b has not finished with them
        told: drained            what others have told the stage, and it has not acted on yet
        a line without a number  what a probe did or saw, a crash, or an event given up on""";

  private final long from;
  private final Deque<String> lines = new ArrayDeque<>();
  private String before = "";      // the last line, without its numbers
  private String beforeThat = "";
  // held back, because they say the same as the two before; the first few of them
  private final Deque<String> repeated = new ArrayDeque<>();
  private int repeatedCount;
  private boolean isCut;

  /**
   * @param steps how many there will be, as far as that is known
   */
  KeptTrace(long steps) {
    this.from = Math.max(0, steps - FROM_THE_END);
    this.isCut = from > 0;
  }

  /**
   * {@return whether it is time to begin, after this many steps} To make a line of each of millions of steps takes too
   * long.
   */
  boolean beginsAt(long steps) {
    return steps >= from;
  }

  void add(String line) {
    if (DULL.matcher(line).find()) return;
    String what = line.replaceFirst("^ *[0-9]+ +[0-9.]+ s", "");
    if (what.equals(beforeThat)) {
      if (repeatedCount++ < FEW) repeated.add(line);
      beforeThat = before;
      before = what;
      return;
    }
    tellOfRepeated();
    beforeThat = before;
    before = what;
    keep(line);
  }

  private void tellOfRepeated() {
    if (repeatedCount <= FEW) repeated.forEach(this::keep);
    else keep("     ... the same again, in " + repeatedCount + " lines");
    repeated.clear();
    repeatedCount = 0;
  }

  private void keep(String line) {
    if (lines.size() == LINES) {
      lines.removeFirst();
      isCut = true;
    }
    lines.add(line);
  }

  /** {@return all of it, with what is needed to understand it; empty if nothing has happened} */
  String text() {
    tellOfRepeated();
    if (lines.isEmpty()) return "";
    return "\n" + LEGEND + (isCut ? "\n     ... what came before is left out" : "") + "\n" + String.join("\n", lines);
  }
}
