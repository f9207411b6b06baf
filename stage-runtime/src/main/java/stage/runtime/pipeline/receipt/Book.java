package stage.runtime.pipeline.receipt;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import stage.api.FailedAnswer;
import stage.api.pipeline.Report;
import stage.api.pipeline.Settling;
import stage.runtime.bridge.BridgeContext;
import stage.runtime.time.Latch;
import stage.runtime.time.Time;

/**
 * The deliveries that a source has handed out and that are not answered yet.
 *
 * <p>It has one keeper at a time: the stage of the source until that has ended, then the stage that waits for the last
 * answers. Only the keeper's thread changes it, in the engine or in a turn; a thread that was replaced cannot. Other
 * threads only push finished deliveries onto a stack.
 */
public abstract class Book {
  private static final VarHandle DONE;
  private static final VarHandle OPEN;

  static {
    try {
      DONE = MethodHandles.lookup().findVarHandle(Book.class, "done", DoneReceipts.class);
      OPEN = MethodHandles.lookup().findVarHandle(Book.class, "open", int.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  /**
   * Why some answers cannot be given.
   *
   * @param function what throws
   * @param cause the class of what it threw last
   * @param times how often
   * @param deliveries how many are open for that only
   * @param sinceNanos when it began
   */
  private record Failing(String function, String cause, long times, long deliveries, long sinceNanos) {}

  private final String name;
  private final Settling settling;
  final Time time;

  // any thread
  private volatile DoneReceipts done;       // CAS to push, getAndSet to take all: the stack of those that are done
  private volatile BridgeContext keeper;    // read after a push; written before the new keeper takes all that is there
  private volatile BridgeContext answers;   // the stage that keeps it in the end
  private volatile Latch waiting;           // of the keeper while it waits; read after a push, written before a take
  private final AtomicInteger stages = new AtomicInteger(2);   // that have not ended

  // the keeper; the volatile ones are read by any thread
  final PendingReceipts pending = new PendingReceipts();   // handed in, and not emitted yet
  private final List<Answer> failed = new ArrayList<>();   // and are given again
  // that are being given: more than one only where the user's code has one given within another
  private final List<Answer> inHand = new ArrayList<>(1);
  private boolean isExhausted;
  private boolean isSourceOver;
  private volatile boolean isStanding;   // read by other sources of the job
  private String hopeless;               // why no delivery can be answered any more; null while one may be
  private String nobodyLeft;             // the stage that says that nobody can settle one; null while somebody can
  private int open;   // opaque: a fence for each delivery would be felt, and who reads it wants a number, no more
  volatile long acked;
  volatile long nacked;
  volatile long refused;
  private volatile Failing failing;   // since an answer has failed, until one of those that have is given; else null

  Book(String name, Settling settling, Time time) {
    this.name = name;
    this.settling = settling;
    this.time = time;
  }

  final String name() {
    return name;
  }

  /** {@return how its deliveries are settled} */
  public final Settling settling() {
    return settling;
  }

  /** {@return the stage that keeps it now} */
  final BridgeContext keeper() {
    return keeper;
  }

  // ---- any thread

  /** Nothing is left of these deliveries. */
  final void done(DoneReceipts receipts) {
    DoneReceipts before;
    do {
      before = done;
      receipts.next = before;
    } while (!DONE.compareAndSet(this, before, receipts));
    if (before == null && keeper != null) keeper.notifyBridge();
    Latch gate = waiting;
    if (gate != null) gate.open();
  }

  /** {@return what became of its deliveries so far} */
  public final Report.Deliveries report() {
    return new Report.Deliveries(name, open(), acked, nacked, refused);
  }

  /** {@return whether the source may hand out nothing more, and nothing was settled for a while} Any thread. */
  public final boolean isStanding() {
    return isStanding && done == null;
  }

  /** {@return what throws instead of taking its answer; empty if nothing does} */
  public final Optional<FailedAnswer> failedAnswer() {
    Failing now = failing;
    return now == null ? Optional.empty() : Optional.of(new FailedAnswer(now.function, now.cause, now.times,
        now.deliveries, Duration.ofNanos(Math.max(0, time.nanos() - now.sinceNanos))));
  }

  /** {@return whether its source's stage has ended, so that the other one answers} */
  public final boolean isSourceGone() {
    return keeper != null && keeper == answers;
  }

  /** A stage that its deliveries went through has ended. */
  public final void oneLess() {
    BridgeContext waits = answers;
    if (waits != null) waits.notifyBridge();
  }

  // ---- its stages

  /** The stage that waits for the last answers has started. It is there before the source is. */
  final void answersStarted(BridgeContext context) {
    answers = context;
    if (!isSourceOver) return;
    keeper = context;
    takeBack();
  }

  /** An incarnation of the source's stage has started. */
  final void sourceStarted(BridgeContext context) {
    keeper = context;
    takeBack();
  }

  /** The thread that was giving these was replaced, so nobody knows whether they were told: they are given again. */
  private void takeBack() {
    for (Answer answer : inHand) answer.dueNanos = time.nanos();
    failed.addAll(inHand);
    inHand.clear();
  }

  /** The source's stage has ended. */
  final void sourceOver(BridgeContext context) {
    isSourceOver = true;
    try {
      takeBack();
      pending.removeIf(receipt -> {
        abandoned(receipt, context.path());
        return true;
      });
    } finally {
      BridgeContext next = answers;
      if (stages.decrementAndGet() == 0) {
        close(context);
      } else {
        keeper = next;   // volatile: the other stage sees all that was changed here
        next.notifyBridge();
      }
    }
  }

  /** The stage that waits for the last answers has ended. */
  final void answersOver(BridgeContext context) {
    if (stages.decrementAndGet() == 0) close(context);
  }

  /** {@return whether a stage keeps it now} */
  final boolean isKeptBy(BridgeContext context) {
    return keeper == context;
  }

  // ---- the keeper

  /** {@return how many deliveries the source is asked for, if this many elements are wanted} */
  final long wanted(long demand) {
    return isExhausted ? 0 : Math.max(0, Math.min(demand - pending.size(), room()));
  }

  final long room() {
    return settling.inFlight() - (long) open();
  }

  final boolean isExhausted() {
    return isExhausted;
  }

  /** {@return whether the source may hand out nothing more before one is answered for} */
  final boolean isFull() {
    return !isExhausted && pending.size() == 0 && room() <= 0;
  }

  /** {@return whether it is full, and nothing is on its way to the source either} */
  final boolean isStill() {
    return isFull() && done == null && nextDue() == Long.MAX_VALUE;
  }

  /** {@return how many were answered for, or will not be} It only grows. */
  final long answered() {
    return acked + nacked + refused;
  }

  /** Whether it was full at the last two looks, and nothing was settled between them. */
  final void standing(boolean is) {
    isStanding = is;
  }

  /** {@return why none of its deliveries can ever be answered; null if that is not known} */
  final String hopeless() {
    return hopeless;
  }

  final void hopeless(String why) {
    hopeless = why;
  }

  final void exhausted() {
    isExhausted = true;
  }

  /** The source has more after all. */
  final void notExhausted() {
    isExhausted = false;
  }

  /** {@return whether there will be no more deliveries} */
  final boolean isSourceOver() {
    return isSourceOver;
  }

  /** {@return whether there will be nothing more to do} */
  final boolean isFinished() {
    return open() == 0 && isIdle();
  }

  /** {@return whether there is nothing to do, and there will be only if something more is settled} */
  private boolean isIdle() {
    return isSourceOver && done == null && failed.isEmpty() && inHand.isEmpty() && nextDue() == Long.MAX_VALUE;
  }

  /** Nobody is left to settle what is open: it is given back as soon as all that was settled is answered for. */
  final void nobodyIsLeft(BridgeContext context) {
    nobodyLeft = context.path();
  }

  /** A delivery was handed in, which is {@linkplain #opened counted} by the caller. */
  final void begin(PartitionEntry<?> part, Object delivery, Object payload, long position) {
    pending.add(part.begin(delivery, payload, position));
  }

  /** {@return how many deliveries are not answered for} Any thread. */
  final int open() {
    return (int) OPEN.getOpaque(this);
  }

  /** More deliveries are open. */
  final void opened(int deliveries) {
    OPEN.setOpaque(this, open() + deliveries);
  }

  /** Deliveries are answered, or never will be. */
  final void closed(int deliveries) {
    opened(-deliveries);
  }

  /** Takes what is done. */
  final void collect() {
    DoneReceipts newest = (DoneReceipts) DONE.getAndSet(this, null);
    DoneReceipts oldest = null;
    while (newest != null) {
      DoneReceipts next = newest.next;
      newest.next = oldest;
      oldest = newest;
      newest = next;
    }
    if (oldest == null) return;
    isStanding = false;
    long now = time.nanos();
    for (; oldest != null; oldest = oldest.next) {
      for (int i = 0; i < oldest.runs; i++) collected(oldest.pages[i], oldest.from[i], oldest.to[i], now);
    }
  }

  /** {@return what must be told now; null if nothing} It is taken out. */
  final Answer next() {
    long now = time.nanos();
    for (int i = 0; i < failed.size(); i++) {
      if (failed.get(i).dueNanos - now > 0) continue;
      taken(failed.get(i));
      return failed.remove(i);
    }
    Answer next = next(now);
    if (next == null && nobodyLeft != null && isIdle()) next = last(nobodyLeft);
    if (next != null) taken(next);
    return next;
  }

  /** It is about to be given. */
  final void taken(Answer answer) {
    inHand.add(answer);
  }

  final void failed(Answer answer, Throwable thrown) {
    long now = time.nanos();
    answer.failed(now);
    failed.add(answer);
    inHand.remove(answer);
    Failing before = failing;
    failing = new Failing(answer.what(), thrown.getClass().getName(), before == null ? 1 : before.times + 1,
        failed.stream().mapToLong(Answer::deliveries).sum(), before == null ? now : before.sinceNanos);
  }

  final void given(Answer answer) {
    inHand.remove(answer);
    answer.given();
    if (failing != null && failed.isEmpty()) failing = null;
  }

  /** {@return how long until there is something to be told; {@link Long#MAX_VALUE} if nothing is known of} */
  final long nextDue() {
    long now = time.nanos();
    long due = dueIn(now);
    for (Answer answer : failed) due = Math.min(due, Math.max(0, answer.dueNanos - now));
    return due;
  }

  /** Waits until a delivery may be done, for so long at most. In user code. */
  final void awaitDone(long nanos) throws InterruptedException {
    Latch gate = time.latch("the next answer of", name);
    waiting = gate;
    try {
      if (done == null) gate.await(nanos);   // who pushes after this look sees the gate
    } finally {
      waiting = null;
    }
  }

  /** Nothing more will be settled. Gives the source the remaining answers, and ends it. */
  private void close(BridgeContext context) {
    collect();
    try {
      takeBack();
      for (Answer answer : List.copyOf(failed)) give(answer, context);
      failed.clear();
      failing = null;
      for (Answer answer = last(context.path()); answer != null; answer = last(context.path())) give(answer, context);
    } finally {
      try {
        stop();
      } catch (Exception thrown) {
        context.report("onStop of " + name + " threw", thrown);
      }
    }
  }

  /** No stage is left that could wait for a better time, but a client whose connection has broken can make another. */
  private static void give(Answer answer, BridgeContext context) {
    try {
      try {
        answer.give();
      } catch (Exception thrown) {
        context.report(answer.what() + " threw at the end, and is called once more", thrown);
        answer.give();
      }
      answer.given();
    } catch (Exception thrown) {
      context.report(answer.what() + " threw at the end again, and is not called any more", thrown);
    }
  }

  // ---- the kinds of sources

  /** Deliveries in a row are done: those whose receipts are there on a page. */
  abstract void collected(ReceiptPage page, int from, int to, long nowNanos);

  /** A delivery that was handed in will not be emitted any more. */
  abstract void abandoned(Receipt receipt, String path);

  abstract Answer next(long nowNanos);

  /** {@return how long until {@link #next} has something; {@link Long#MAX_VALUE} if nothing is known of} */
  abstract long dueIn(long nowNanos);

  /** {@return the rest, in portions; null at the end} */
  abstract Answer last(String path);

  /** Tells the source that an incarnation begins. User code. */
  abstract void start(BridgeContext context) throws Exception;

  /** Has the source hand in deliveries. User code, but for what it hands in. */
  abstract void receive(long wanted, BridgeContext context) throws Exception;

  /** {@return whether to call the source once a second when nothing is wanted} */
  abstract boolean wantsToBeCalled();

  /** Ends the source. User code. */
  abstract void stop() throws Exception;
}
