package stage.runtime.engine;

import java.lang.invoke.VarHandle;
import java.util.Objects;
import stage.api.Demand;
import stage.api.Redelivery;
import stage.runtime.bridge.BoundedInlet;
import stage.runtime.dispatch.Sums;
import stage.runtime.lane.Ending;
import stage.runtime.lane.Lane;
import stage.runtime.lane.Progress;
import stage.runtime.mailbox.Signals;

/** One subscription as its consumer sees it. The consumer's cell only, except for {@link #askToCancel}. */
final class LaneInlet<I> implements BoundedInlet<I> {
  private final Lane<I> lane;
  private final ConsumerHalf half;
  private final Demand demand;
  private int inHand;                    // unsettled events of the batch that a turn is handling
  private int settledOfBatch;            // events of it settled by commit points
  private int left;                      // how many of its last events stay in the lane
  private GivenUp givenUp;               // null until a turn itself gives an event up
  private long asked;                    // by request(), in this turn
  private int handledBeforeCancel = -1;  // events of the batch that count as handled, if the turn cancelled
  // size of the batch whose turn threw, until the stage has been restarted or has ended
  private int crashedBatch;
  private Suspects suspects;             // null until a batch has crashed the stage
  private InletProgress progress;        // null until there was some
  private boolean paused;                // whether it is paused
  private boolean pausedInTurn;          // the same, as the current turn has set it
  private boolean cancelled;
  // while an incarnation is told of the subscription: requests of an earlier one that it has not taken into account
  private long inherited;
  private int metBy;                     // the last incarnation that was told of this subscription
  private volatile boolean cancelAsked;  // set by any thread
  int queues;                            // bits of the consumer's queues that it is in
  boolean asksForMore;                   // whether its producer must be woken in any case
  private boolean met;                   // whether its consumer knows of it
  private boolean ending;                // whether its consumer knows of its end
  private boolean gone;                  // whether it was given up

  LaneInlet(Lane<I> lane, ConsumerHalf half) {
    this.lane = lane;
    this.half = half;
    this.demand = lane.spec().demand();
  }

  private ConsumerPort cell() {
    return half.cell();
  }

  Lane<I> lane() {
    return lane;
  }

  @Override
  public String producer() {
    return lane.producer().path();
  }

  @Override
  public long id() {
    return lane.id();
  }

  @Override
  public void request(long events) {
    cell().ensureOwnThread("request()");
    if (events < 1) {
      throw new IllegalArgumentException("request must be for at least 1 event, but was for " + events
          + " (Reactive Streams rule 3.9)");
    }
    if (!demand.isManual()) {
      throw new IllegalStateException("demand on the subscription to " + producer()
          + " is automatic; use Demand.manual() to request events yourself");
    }
    // a cancelled subscription asks for nothing (Reactive Streams rule 3.6), and the lane is the producer's
    if (lane.hasLeft()) return;
    cell().inEngine(new Runnable() {
      @Override
      public void run() {
        ask(events);
      }
    });
  }

  private void ask(long events) {
    long covered = Math.min(inherited, events);
    inherited -= covered;
    if (covered == events) return;
    asked = Sums.plus(asked, events - covered);
    if (inHand == 0 && settle(0)) {   // outside a turn of this subscription there is no commit to wait for
      VarHandle.fullFence();          // pairs with the announcement of the producer's driver
      lane.wakeProducer();
    }
  }

  @Override
  public Demand demand() {
    return demand;
  }

  @Override
  public boolean hasLeft() {
    return lane.hasLeft();
  }

  @Override
  public long outstanding() {
    inherited = 0;   // a stage that looks takes it into account
    return lane.requested() - lane.settled();
  }

  /**
   * This incarnation is about to be told of the subscription. A stage that then asks for n events wants n outstanding.
   * Those that an earlier incarnation asked for and that are not handled yet count towards n, unless the stage looks
   * how many these are.
   */
  void beginGreeting() {
    inherited = lane.requested() - lane.settled();
  }

  /** It has been told: from now on, requests are added. */
  void endGreeting() {
    inherited = 0;
  }

  @Override
  public void pause() {
    cell().ensureOwnThread("pause()");
    half.gateMoved(this);
    pausedInTurn = true;
  }

  @Override
  public void resume() {
    cell().ensureOwnThread("resume()");
    half.gateMoved(this);
    pausedInTurn = false;
  }

  @Override
  public boolean isPaused() {
    return pausedInTurn;
  }

  /** {@return whether a committed turn has paused it} */
  boolean isPauseCommitted() {
    return paused;
  }

  // ---- what its consumer notes on it

  boolean isMet() {
    return met;
  }

  void isMet(boolean met) {
    this.met = met;
  }

  boolean isEnding() {
    return ending;
  }

  void isEnding(boolean ending) {
    this.ending = ending;
  }

  /** {@return whether it was given up} */
  boolean isGone() {
    return gone;
  }

  void isGone(boolean gone) {
    this.gone = gone;
  }

  /** {@return whether its producer has ended it and everything is handled} */
  boolean isOver() {
    // The ending is read before the events are looked for: it is written after the last of them.
    return lane.ending() != null && lane.available() == 0;
  }

  boolean hasFailed() {
    return lane.ending() instanceof Ending.Failed;
  }

  // ---- progress: see InletProgress

  /** {@return whether there is progress that a turn without events may report} Changes nothing. */
  boolean hasProgress() {
    if (paused || isCancelled()) return false;
    if (seenProgress() != null) return progress.isBehind(lane.settled());
    return newProgress() != null && lane.available() == 0;   // it is read before the tail
  }

  /** {@return what there is, if the behaviour was not told of it; else null} */
  private Progress newProgress() {
    Progress there = lane.progress();
    return there != null && progress != null && progress.isApplied(there) ? null : there;
  }

  /** Sees the lane's progress, unless earlier progress was seen and is not reported yet. */
  void seeProgress() {
    if (seenProgress() != null) return;
    Progress there = newProgress();   // before the tail
    if (there == null) return;
    if (progress == null) progress = new InletProgress();
    progress.see(there, lane.sent());
  }

  /** {@return whether everything before the seen progress is handled once the batch in hand is} */
  boolean isProgressDue() {
    return seenProgress() != null && progress.isBehind(lane.settled() + inHand - left);
  }

  /** {@return what was seen and is not reported yet; null for none} */
  Progress seenProgress() {
    return progress == null ? null : progress.seen();
  }

  /** The turn that reported the seen progress is committed. */
  void applyProgress() {
    progress.apply();
  }

  /** {@return whether there are events that may be handed out} */
  boolean hasEvents() {
    return !paused && lane.available() > 0;
  }

  /**
   * The turn is committed. Returns whether it has resumed this subscription, which now asks for more; if so, its
   * producer must be woken, after a full fence.
   */
  boolean commitGate() {
    boolean resumes = paused && !pausedInTurn;
    paused = pausedInTurn;
    return resumes && settle(0, 0, 0);
  }

  void rollbackGate() {
    pausedInTurn = paused;
  }

  @Override
  public void cancel() {
    cell().ensureOwnThread("cancel()");
    cell().inEngine(new Runnable() {
      @Override
      public void run() {
        leave();
      }
    });
  }

  private void leave() {
    cancelled = true;
    if (inHand > 0) return;
    half.isCancelled(this);
    cell().signals().set(Signals.CANCEL_ASKED);
  }

  @Override
  public void cancel(int handled) {
    cell().ensureOwnThread("cancel()");
    if (handled < 0 || handled > inHand) {
      throw new IllegalArgumentException(
          "handled must be from 0 to the size of the batch in hand, " + inHand + ", but was " + handled);
    }
    handledBeforeCancel = handled;
    cancel();
  }

  void askToCancel() {
    cancelAsked = true;
    lane.leaving();   // before anybody can subscribe anew, so that the producer knows which one was first
    lane.noticeToConsumer();
    cell().signals().set(Signals.CANCEL_ASKED);
  }

  boolean isCancelled() {
    return cancelled || cancelAsked;
  }

  /** Returns whether this incarnation must still be told of this subscription; from now on it counts as told. */
  boolean introduce(int incarnation) {
    boolean isNew = metBy != incarnation && !isCancelled();
    metBy = incarnation;
    return isNew;
  }

  void beginTurn(int batch) {
    inHand = batch;
    settledOfBatch = 0;
    left = 0;
    if (givenUp != null) givenUp.forget(0);   // an event that was given up and then left in the lane
    asked = 0;
    handledBeforeCancel = -1;
  }

  @Override
  public void deadLetter(int index, Object event, Throwable cause, int attempts, String path) {
    cell().ensureOwnThread("deadLetter()");
    Objects.requireNonNull(event, "event must not be null");
    Objects.requireNonNull(cause, "cause must not be null");
    Objects.requireNonNull(path, "path must not be null");
    fates(index).deadLetter(index, event, cause, attempts, path);
  }

  @Override
  public void drop(int index, String why) {
    cell().ensureOwnThread("drop()");
    fates(index).drop(index, Objects.requireNonNull(why, "why must not be null"));
  }

  private GivenUp fates(int index) {
    int end = settledOfBatch + inHand;
    if (index < settledOfBatch || index >= end) {
      throw new IllegalArgumentException(
          "index must be from " + settledOfBatch + " to " + (end - 1) + ", that of an event in hand, but was " + index);
    }
    if (givenUp == null) givenUp = new GivenUp(cell(), end);
    else if (givenUp.isEmpty()) givenUp.forget(end);
    return givenUp;
  }

  @Override
  public void leave(int events) {
    cell().ensureOwnThread("leave()");
    if (events < 0 || events > inHand) {
      throw new IllegalArgumentException(
          "leave must be of 0 to " + inHand + " events, what is left of the batch in hand, but was of " + events);
    }
    left = events;
  }

  /**
   * The turn is committed: settles its batch and refills the demand. Returns whether the producer must be woken, after
   * a full fence.
   */
  boolean commit() {
    int settled = cancelled && handledBeforeCancel >= 0 ? handledBeforeCancel : inHand - left;
    inHand = 0;
    left = 0;
    return settle(settled);
  }

  /**
   * {@return how many events the next batch may have} Fewer than usual as long as it is not known which of them crash
   * the stage.
   */
  int batchLimit() {
    return suspects == null ? demand.batch() : suspects.batchLimit(demand.batch());
  }

  @Override
  public void commit(int events) {
    cell().ensureOwnThread("commit()");
    if (events < 0 || events > inHand) {
      throw new IllegalArgumentException(
          "commit must be of 0 to " + inHand + " events, what is left of the batch in hand, but was of " + events);
    }
    cell().commitPoint(this, events);
  }

  /**
   * Settles the next events of the batch in hand in the middle of the turn. Returns whether the producer must be
   * woken.
   */
  boolean settleNext(int events) {
    inHand -= events;
    left = Math.min(left, inHand);
    return settle(events);
  }

  /** Settles the next events of the batch in hand, each with the fate that the turn has given it. */
  private boolean settle(int events) {
    if (suspects != null && events > 0) suspects.absolve(events);
    int from = settledOfBatch;
    settledOfBatch += events;
    if (givenUp == null || givenUp.isEmpty()) return settle(events, 0, 0);
    givenUp.settle(from, settledOfBatch);
    int deadLettered = givenUp.deadLettered();
    int dropped = givenUp.dropped();
    return settle(events - deadLettered - dropped, deadLettered, dropped);
  }

  /** Reports the events that the turn, or its part before a commit point, has given up; all of it is committed. */
  void tellGivenUp() {
    if (givenUp != null) givenUp.tell();
  }

  private boolean settle(int handled, int deadLettered, int dropped) {
    long before = lane.requested();
    long requested = before;
    if (isCancelled()) {
      asked = 0;   // it leaves when the turn is over, so it wants nothing more
    } else if (demand.isManual()) {
      requested = Sums.plus(before, asked);
      asked = 0;
    } else if (!paused) {
      long settled = lane.settled() + handled + deadLettered + dropped;
      if (before - settled <= demand.min()) requested = settled + demand.max();
    }
    lane.settle(handled, deadLettered, dropped, requested);
    half.settled(this, handled + deadLettered + dropped);
    return requested != before;
  }

  /**
   * Settles the next events, and counts those finished ahead of an unfinished one as good as settled. Demand is
   * refilled when it has fallen to {@code min}; and at once, event by event, where fewer events are on their way than
   * twice the threads at work, because a thread that becomes free must find an event.
   *
   * @return whether the producer must be woken, after a full fence
   */
  boolean settleTasks(int handled, int deadLettered, int dropped, int ahead, int running) {
    long before = lane.requested();
    long done = lane.settled() + handled + deadLettered + dropped + ahead;
    boolean isLow = before - done <= Math.max(demand.min(), 2L * running);
    boolean refill = isLow && !isCancelled() && before < done + demand.max();
    if (!refill && handled + deadLettered + dropped == 0) return false;
    lane.settle(handled, deadLettered, dropped, refill ? done + demand.max() : before);
    half.settled(this, handled + deadLettered + dropped);
    return refill;
  }

  /** The turn threw: its batch stays in the lane, and its requests do not count. */
  void rollback() {
    crashedBatch = inHand;
    inHand = 0;
    left = 0;
    if (givenUp != null) givenUp.forget(0);
    asked = 0;
    cancelled = false;
    handledBeforeCancel = -1;
  }

  // ---- redelivery: see Suspects

  /**
   * The batch in hand has crashed the stage, which is restarted. Events given up here are still to be reported.
   *
   * @return whether the producer must be woken, after a full fence
   */
  boolean redeliver(Redelivery redelivery, Throwable cause) {
    int batch = crashedBatch;
    if (batch == 0) return false;
    Suspects them = suspects();   // first, as it takes memory: the batch must not be forgotten then
    crashedBatch = 0;
    if (redelivery.attempts() == 0) {
      them.forget(batch);
      askAgain(batch);
      boolean asked = settle(0, 0, batch);
      cell().dropped(batch, "no redelivery");
      return asked;
    }
    return them.crashed(batch, redelivery.attempts()) && giveUp(cause);
  }

  private Suspects suspects() {
    if (suspects == null) suspects = new Suspects();
    return suspects;
  }

  /**
   * Asks for replacements of events that were requested by hand and given up: otherwise a stage that requests one event
   * for each one it handles would wait forever.
   */
  private void askAgain(int events) {
    if (demand.isManual()) asked = Sums.plus(asked, events);
  }

  private boolean giveUp(Throwable cause) {
    Object poison = lane.take(1).getFirst();
    if (givenUp == null) givenUp = new GivenUp(cell(), 0);
    // first: it takes memory; reported once it is settled
    givenUp.addUntold(poison, cause, suspects.tries(), cell().path());
    suspects.absolve(1);
    askAgain(1);
    return settle(0, 1, 0);
  }

  /** The batch in hand is not to blame: its turn was ended from outside. */
  void forgive() {
    crashedBatch = 0;
  }

  /**
   * The batch in hand has failed, and the incarnation goes on: a single event is given up; several are delivered one at
   * a time. Events given up here are still to be reported.
   *
   * @return whether the producer must be woken, after a full fence
   */
  boolean skip(Throwable cause) {
    int batch = crashedBatch;
    if (batch == 0) return false;
    Suspects them = suspects();   // first, as above
    crashedBatch = 0;
    return them.failed(batch) && giveUp(cause);
  }
}
