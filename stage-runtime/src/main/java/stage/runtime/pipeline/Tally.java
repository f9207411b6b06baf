package stage.runtime.pipeline;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import stage.api.pipeline.Report;
import stage.runtime.pipeline.operator.Times;
import stage.runtime.time.Handles;

/** What became of a run's elements. Counted on the run's thread, committed with its turns, and read by any thread. */
final class Tally {
  // the run's own thread; those without a mark are counted when an element's fate is settled, so an element never takes
  // them back
  long in;
  long handled;
  long filtered;
  long deadLettered;
  long late;
  long lateAfterIdle;
  long dropped;
  long retried;
  long out;
  private long outMarked;
  private final Board board;

  /**
   * How far a stage has come in event time.
   *
   * @param watermark what its inputs vouch for, in nanoseconds
   * @param openWindows how many windows of time it keeps
   * @param behind the number of the input that the others wait for; -1 if there is none
   */
  record Reached(long watermark, int openWindows, int behind) {
    private static final Reached NOTHING = new Reached(Times.NEVER, 0, -1);
  }

  /**
   * Where the numbers of a stage are read. Its {@code committed} is volatile, so that a reader sees a whole
   * turn.
   */
  static final class Board {
    private static final VarHandle PROGRESS_NANOS =
        Handles.of(MethodHandles.lookup(), "progressNanos", long.class);
    private static final VarHandle PROGRESS = Handles.of(MethodHandles.lookup(), "progress", long.class);

    private volatile Report.Run committed;
    private volatile Reached reached = Reached.NOTHING;
    // The run's thread, and for a while one that it was taken from, so it may lose some: it says only that a turn goes
    // on. Opaque, as nothing is ordered by it.
    private long progress;
    private long progressNanos;

    Board(String stage) {
      committed = new Report.Run(stage, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    /** Any thread. */
    Report.Run committed() {
      return committed;
    }

    /** {@return how many elements were taken in pieces of turns, tries that failed included} Any thread. */
    long progress() {
      return (long) PROGRESS.getOpaque(this);
    }

    /** {@return when that last grew; 0 if that is not known} Any thread. */
    long progressNanos() {
      return (long) PROGRESS_NANOS.getOpaque(this);
    }

    /** {@return how far the stage has come} Any thread. */
    Reached reached() {
      return reached;
    }
  }

  Tally(Board board) {
    this.board = board;
    rollback();
  }

  void mark() {
    outMarked = out;
  }

  void undo() {
    out = outMarked;
  }

  void commit() {
    Report.Run before = board.committed;
    // what is late is in or no longer handled, too
    if (in == before.in() && out == before.out() && handled == before.handled() && retried == before.retried()
        && filtered == before.filtered() && dropped == before.dropped()) return;
    board.committed = new Report.Run(before.stage(), in, handled, filtered, deadLettered, late, lateAfterIdle,
        dropped, retried, out);
  }

  /** Notes how many elements of the turn are through, which may still be undone, at a time; 0 if that is not known. */
  void progressed(int elements, long nanos) {
    Board.PROGRESS.setOpaque(board, board.progress + elements);
    Board.PROGRESS_NANOS.setOpaque(board, nanos);
  }

  /** As {@link #commit}, of what is no count. */
  void reached(long watermark, int openWindows, int behind) {
    Reached before = board.reached;
    if (watermark == before.watermark && openWindows == before.openWindows && behind == before.behind) return;
    board.reached = new Reached(watermark, openWindows, behind);
  }

  void rollback() {
    Report.Run then = board.committed;
    in = then.in();
    handled = then.handled();
    filtered = then.filtered();
    deadLettered = then.deadLettered();
    late = then.late();
    lateAfterIdle = then.lateAfterIdle();
    dropped = then.dropped();
    retried = then.retried();
    out = then.out();
  }

  /** {@return a tally for the thread that takes the place of this one's, which will not commit any more} */
  Tally successor() {
    return new Tally(board);
  }
}
