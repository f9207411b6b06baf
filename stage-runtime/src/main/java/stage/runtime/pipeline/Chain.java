package stage.runtime.pipeline;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.pipeline.Failed;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.plan.Site;
import stage.api.supervision.Backoff;
import stage.runtime.bridge.BoundedInlet;
import stage.runtime.lane.BulkBatch;
import stage.runtime.bridge.BulkOutlet;
import stage.runtime.bridge.BridgeContext;
import stage.runtime.bridge.Transactional;
import stage.runtime.lane.Progress;
import stage.runtime.pipeline.operator.Inputs;
import stage.runtime.pipeline.operator.KeptValue;
import stage.runtime.pipeline.operator.Times;
import stage.runtime.pipeline.receipt.Carried;
import stage.runtime.pipeline.receipt.Claim;
import stage.runtime.pipeline.receipt.Journal;

/**
 * A run: steps in a row that one stage does. It outlives the stage's incarnations, and changes with its turns.
 *
 * <p>Each element goes through all steps before the next one begins. Outputs are staged here; states keep a mark. So
 * an element that fails is taken back by itself, and settled by the policy of the step that threw, without a trace in
 * what comes before and after it. {@code Error}s and interrupts that are nobody's time-out end the turn instead,
 * which the engine undoes.
 *
 * <p>All of it on the thread of the stage; the tally and what the job shares are read by others.
 */
final class Chain implements Transactional {
  private static final Object[] NONE = {};
  /** So many results of one element belong to its turn; what a step makes beyond that goes on in later ones. */
  static final int EXPANSION = 1024;

  private static final int PORTION = 4096;   // so many results of windows in a turn, unless more is wanted

  /**
   * What goes on over turns: which link had no room for all that was to be fired, or has fired something that a later
   * one has no room for, and why it fires.
   */
  private record Firing(Kind kind, int place, long c, boolean isCut, boolean isThrough) {
    Firing through() {
      return new Firing(kind, place, c, isCut, true);
    }

    enum Kind { PROGRESS, SIDE_PROGRESS, TIMER, SIDE_END, END }
  }

  /** What consumers were told. */
  private record Vouched(long c, boolean isIdle) {}

  private enum Fate { DONE, DROPPED, DEAD_LETTERED }

  private final ChainPlan plan;
  private final JobContext job;
  private final Tally tally;
  private final Link[] links;
  private final Link[] stateful;
  private final Link[] ending;             // the links that may let nothing pass any more
  private final Fused fused;               // if elements take all that they reach as one loop; else null
  private final Link[] markedEach;         // those that each element marks; null if it marks all that are stateful
  private final BufferLink buffer;         // the first link, if that keeps what is not wanted yet; else null
  private final FlatMapLink[] expanding;   // the links that may go on over turns with one element
  private final LoopLink onlyLoop;      // if the run is one loop whose results go out as they are
  private final long timeoutNanos;      // how long an element may take; 0 for any time
  private final Guard guard = new Guard();
  private final Guard guardOfResults = new Guard();   // that come of no element in hand, such as those of windows
  private final KeptValue<Firing> firing = new KeptValue<>(null);
  private final KeptValue<Boolean> ended = new KeptValue<>(false);
  private final KeptValue<Long> applied = new KeptValue<>(Times.NEVER);      // of the progress of the inputs
  private final KeptValue<Boolean> isIdle = new KeptValue<>(false);          // the source, by the clock
  private final KeptValue<Vouched> vouched = new KeptValue<>(new Vouched(Times.NEVER, false));
  // sides whose end the first link does not know yet
  private final KeptValue<List<Integer>> endsToTell = new KeptValue<>(List.of());
  private Inputs lanes;                                            // what each input vouches for
  private final boolean isStamped;                                 // whether what it emits has a time
  private final KeptValue<List<Integer>> feedsLeft;   // of each of several inputs
  private final Journal journal = new Journal();   // what this turn changes in receipts
  private boolean isLeft;               // with receipts: it wants nothing more, and has said so

  // this incarnation
  private BridgeContext context;
  private String path;
  private final List<Inlet<Object>> inlets = new ArrayList<>();
  private long armed = Long.MAX_VALUE;  // when the next timer runs

  // this turn
  private BulkOutlet<Object> out;       // null for a consumer
  private BoundedInlet<Object> in;      // null if there is no batch in hand
  private Object[] staged = NONE;
  private int count;
  private int room;
  private int settled;                  // of the batch in hand, at commit points
  private int inHand;                   // the element in hand; -1 if results come of none
  private int side;                     // which of several inputs it is of
  private Object key;                   // its key, if the stage before has sent it along
  private Object input;                 // the element itself
  private long t;                       // its time, and the watermark of its source, if it has come with them
  private long w;
  private int lates;                    // how many were late so far
  private boolean isOfResult = true;    // with none in hand: whether results come of what an operator made by itself
  private Claim claim;                  // what the element or result in hand answers for; null for nothing
  private Claim claimMarked;

  // this element
  private int countMarked;
  private boolean isAbsorbed;
  private boolean isLate;
  private boolean isRefused;
  private boolean isOverflown;
  private OutcomeLink.Outcome outcome;  // of a function that ran elsewhere and has failed; else null

  // the last failure
  private int failures;
  private int retriesOfResult;          // of the one that an operator tries to make with no element in hand
  private Throwable givenUpFor;         // why the element in hand, or a result, is a dead letter
  private String[] skipped;             // what is said of elements that a step skips; null until there is one
  private int failedStep;
  private Object failedValue;
  private Claim failedClaim;            // what that answers for, where the policy of the step begins
  private long failedT;
  private long failedW;

  Chain(ChainPlan plan, JobContext job, Tally tally) {
    this.plan = plan;
    this.job = job;
    this.tally = tally;
    this.feedsLeft = new KeptValue<>(plan.feeds());
    this.lanes = new Inputs(plan.lanes().size());
    this.links = plan.links().get().toArray(Link[]::new);
    for (int i = 0; i < links.length; i++) {
      links[i].chain = this;
      links[i].place = i;
      links[i].next = i + 1 < links.length ? links[i + 1] : null;
    }
    Link last = links[links.length - 1];
    this.isStamped = !(last instanceof OutLink plain) || plain.isStamped();
    this.stateful = Arrays.stream(links).filter(Link::isStateful).toArray(Link[]::new);
    this.ending = Arrays.stream(links).filter(Link::canBeDone).toArray(Link[]::new);
    this.buffer = links[0] instanceof BufferLink first ? first : null;
    this.expanding = Arrays.stream(links).filter(FlatMapLink.class::isInstance).toArray(FlatMapLink[]::new);
    this.timeoutNanos = plan.policies().stream().mapToLong(Policy::timeoutNanos).filter(nanos -> nanos > 0).min()
        .orElse(0);
    this.markedEach = markedEach();
    boolean isOneLoop = plan.isRaw() && !plan.isCounted() && timeoutNanos == 0 && links.length == 2
        && links[0] instanceof LoopLink
        && last instanceof OutLink && !isStamped;
    this.onlyLoop = isOneLoop ? (LoopLink) links[0] : null;
    boolean canFuse = markedEach != null && onlyLoop == null && plan.copies() <= 1;
    this.fused = canFuse ? Fused.of(links, !plan.isRaw(), claims(), journal) : null;
  }

  /**
   * {@return the links that have to be marked for each element, if the others can be marked when it has thrown} So it
   * is where each link makes one element at most, and changes nothing until that is through: then there is only one
   * that has changed anything by then, or none. Null if that is not so.
   */
  private Link[] markedEach() {
    if (plan.isCollecting() || timeoutNanos > 0) return null;
    markSegments();
    List<Link> each = new ArrayList<>();
    for (Link link : links) {
      if (!link.makesOneAtMost()) return null;
      if (!link.isAtomic()) each.add(link);
      if (link.isAbsorbing()) break;
    }
    for (Link link : links) link.isMarkedEach = each.contains(link);
    return each.toArray(Link[]::new);
  }

  private RunSteps.Claims claims() {
    if (!plan.isCounted()) return RunSteps.Claims.NONE;
    return plan.copies() == 0 ? RunSteps.Claims.SETTLED : RunSteps.Claims.CARRIED_ON;
  }

  /** A segment begins where what an operator has made by itself goes on, one result at a time. */
  private void markSegments() {
    boolean isOne = true;
    for (Link link : links) {
      isOne &= link.makesOneAtMost();
      link.isUnmarked = isOne && link.isAbsorbing();
      isOne |= link.isAbsorbing();
    }
    boolean isTraceless = true;
    for (int place = links.length - 1; place >= 0; place--) {
      Link link = links[place];
      isTraceless = link.makesOneAtMost() && link.isAtomic() && (isTraceless || link.isAbsorbing());
      link.isTraceless = isTraceless;
    }
  }

  /**
   * An incarnation of a stage that ends a pipeline begins. If nothing is wanted, as of take(0), it ends before it has
   * asked for anything.
   */
  void startSink(BridgeContext context) throws Exception {
    start(context);
    if (!isDone() || plan.isCounted()) return;
    begin(null);
    if (!ended.value()) fire(Firing.Kind.END, 0, Times.FOREVER, false);
    if (ended.value()) context.stop();
  }

  /** An incarnation begins. */
  void start(BridgeContext context) {
    this.context = context;
    this.path = context.path();
    this.armed = Long.MAX_VALUE;
    inlets.clear();
    turn();
    armTimer();
  }

  private void turn() {
    if (stateful.length == 0) return;
    long now = job.clock().now();
    for (Link link : stateful) link.turn(now);
  }

  // ---- turns

  void onEvents(List<Object> events, Inlet<Object> from, Outlet<Object> to) throws Exception {
    var batch = (BulkBatch<Object>) events;
    begin(to);
    in = (BoundedInlet<Object>) from;
    side = plan.sides().isEmpty() ? 0 : sideOf(from);
    settled = 0;
    int size = batch.to() - batch.from();
    int taken = size;
    try {
      if (onlyLoop != null) loop(batch.array(), batch.from(), size);
      else if (fused != null) taken = fused(batch.array(), batch.from(), size);
      else taken = each(batch.array(), batch.from(), size);
      if (isDone()) leave();
      else if (stateful.length > 0) advance();
      isIdle.set(false);
      finish();
      if (plan.isCollecting() && !isDone()) settleAll(taken);
    } catch (Throwable thrown) {
      if (plan.isCollecting()) settleCollected();
      throw thrown;
    } finally {
      in = null;
    }
  }

  /** {@return whether it takes elements although nothing is wanted of it} */
  boolean takesAhead() {
    return buffer != null;
  }

  /** {@return how much more is wanted in this turn} */
  long wanted() {
    return out.demand() - count;
  }

  private void begin(Outlet<Object> to) {
    out = (BulkOutlet<Object>) to;
    staged = NONE;
    count = 0;
    room = to == null ? PORTION : (int) Math.max(PORTION, Math.min(to.demand(), 65_536));
    inHand = -1;
    turn();
  }

  private void finish() {
    flush();
    vouch();
    stopIfDone();
    openAndClose();
    armTimer();
  }

  private void flush() {
    if (count > 0) out.emitAll(staged, 0, count);
    staged = NONE;
    count = 0;
  }

  /** A run that is one loop takes the batch as a whole; what fails in it is settled by itself. */
  private void loop(Object[] events, int from, int size) throws Exception {
    staged = new Object[size];
    int i = 0;
    while (i < size) {
      int before = count;
      try {
        count = onlyLoop.loop().run(events, from + i, from + size, staged, count);
        counted(size - i, count - before);
        i = size;
      } catch (Exception thrown) {
        Loop loop = onlyLoop.loop();
        int at = loop.at() - from;
        count = loop.made();
        counted(at - i, count - before);
        inHand = at;
        input = events[from + at];
        Object value = onlyLoop.steps().valueAt(loop.step(), input);
        failed(onlyLoop.step + loop.step(), onlyLoop, value, Times.NEVER, Times.NEVER, thrown);
        element(input, Times.NEVER, Times.NEVER, thrown);
        i = at + 1;
        if (staged.length < count + size - i) staged = Arrays.copyOf(staged, count + size - i);
      }
    }
  }

  private void counted(int elements, int results) {
    if (results > 0) guard.succeeded();
    tally.in += elements;
    tally.handled += results;
    tally.filtered += elements - results;
    tally.out += results;
  }

  /**
   * A run that is one loop with state takes the batch as a whole, as far as there is room; what fails in it is settled
   * by itself. Returns how many it has taken; the others come again.
   */
  private int fused(Object[] events, int from, int size) throws Exception {
    for (int i = 0; i < size; ) {
      int most = Math.min(size - i, room - count);
      if (most <= 0) {
        in.leave(size - i);
        return i;
      }
      i += sweep(events, from, i, i + most);
    }
    return size;
  }

  /** Returns how many it has taken: all, or those up to the one that has failed. */
  private int sweep(Object[] events, int from, int first, int behind) throws Exception {
    int fates = fused.fates();
    int late = lates;
    if (fused.emits() && staged.length < count + behind - first) {
      staged = Arrays.copyOf(staged, count + behind - first);
    }
    Exception thrown = fused.run(events, from + first, from + behind, staged, count);
    if (thrown != null) ensureTheirs(thrown);
    int behindSwept = fused.at() - from;
    swept(behindSwept - first, fused.fates() - fates, lates - late);
    if (thrown == null) return behindSwept - first;
    inHand = behindSwept;
    open(events[from + inHand]);
    fused.failed(this, input, thrown);
    element(input, t, w, thrown);
    return inHand + 1 - first;
  }

  /** So many elements are through, of which an operator has not worked some in: they were late, or belong nowhere. */
  private void swept(int elements, int notTaken, int late) {
    if (elements > 0) guard.succeeded();
    int passed = fused.passed();
    if (fused.emits()) count = fused.count();
    if (!fused.isTaken()) tally.out += passed;
    tally.in += elements;
    tally.handled += passed - notTaken;
    tally.late += late;
    tally.filtered += elements - passed + notTaken - late;
  }

  /**
   * Takes elements through the run one by one, as long as there is room for what they make. Returns how many; the
   * others come again.
   */
  private int each(Object[] events, int from, int size) throws Exception {
    for (int i = 0; i < size; i++) {
      inHand = i;
      open(events[from + i]);
      element(input, t, w);
      if (isDone() && !plan.isCounted()) return i + 1;
      if (count >= room || isExpanding()) {
        in.leave(size - i - 1);
        return i + 1;
      }
    }
    return size;
  }

  private void open(Object event) {
    if (event instanceof Envelope envelope) {
      key = envelope.key();
      t = envelope.t();
      w = envelope.w();
      take(envelope.value());
    } else {
      key = null;
      t = Times.NEVER;
      w = Times.NEVER;
      take(event);
    }
  }

  private void take(Object event) {
    input = event;
    claim = null;
    if (plan.isCounted() && event instanceof Carried(Object value, Claim its)) {
      input = value;
      claim = its;
    }
  }

  /** Takes an element through the run, and says what became of it. */
  private void element(Object value, long t, long w) throws Exception {
    if (markedEach == null) {
      element(value, t, w, null);
      return;
    }
    begin();
    int before = count;
    Claim its = claim;
    journal.mark();
    try {
      for (Link link : markedEach) link.mark();
      links[0].push(value, t, w);
    } catch (Exception thrown) {
      ensureTheirs(thrown);
      element(value, t, w, thrown);
      return;
    }
    guard.succeeded();
    if (its != null) {
      journal.settle(its, null, links.length);
      journal.seal();
    }
    tally.in++;
    through(before);
  }

  /** As that, of one that has thrown already. */
  private void element(Object value, long t, long w, Exception thrownBefore) throws Exception {
    begin();
    outcome = null;
    givenUpFor = null;
    int before = count;
    // one that has all it wanted takes the rest in vain, so that what others make of the same deliveries still counts
    Claim its = claim;
    Fate fate = plan.isCounted() && isDone() ? Fate.DONE : through(0, value, t, w, thrownBefore);
    if (its != null) {
      journal.settle(its, givenUpFor, links.length);
      journal.seal();
    }
    tally.in++;
    switch (fate) {
      case DROPPED -> tally.dropped++;
      case DEAD_LETTERED -> tally.deadLettered++;
      case DONE -> through(before);
    }
  }

  private void begin() {
    isAbsorbed = false;
    isLate = false;
    isRefused = false;
    isOverflown = false;
  }

  /** Nothing has failed, so a step that took the element says what became of it, or there is a result. */
  private void through(int before) {
    if (isOverflown) overflow();
    else if (isRefused) tally.deadLettered++;
    else if (isAbsorbed) tally.handled++;
    else if (isLate) tally.late++;
    else if (count > before) tally.handled++;
    else tally.filtered++;
  }

  private void overflow() {
    tally.dropped++;
    in.drop(inHand, plan.sites().getFirst() + " is full");
  }

  /** The rest of the batch is not wanted, and neither is anything else. */
  private void leave() throws Exception {
    if (plan.isCounted()) {
      if (!ended.value()) fire(Firing.Kind.END, 0, Times.FOREVER, false);
      return;
    }
    in.cancel(inHand + 1 - settled);
    for (Inlet<Object> other : inlets) if (other != in) other.cancel();
    fire(Firing.Kind.END, 0, Times.FOREVER, false);
  }

  private void stopIfDone() {
    if (!isDone() || !ended.value() || plan.isCounted()) return;
    if (out != null) out.complete();
    else context.stop();
  }

  // ---- what goes on over turns

  boolean hasMore() {
    return isHeldUp() || buffer != null && buffer.hasKept() || !endsToTell.value().isEmpty()
        || lanes.current() > applied.value() && lanes.current() != Times.FOREVER && !ended.value()
        || isDone() && !ended.value() || nextTimer() <= job.clock().now();
  }

  void onMore(Outlet<Object> to) throws Exception {
    begin(to);
    if (isExpanding()) expand();
    else if (buffer != null && buffer.hasKept()) release();
    else if (firing.value() != null) resume();
    else if (!endsToTell.value().isEmpty()) tellEnd();
    else if (isDone() && !ended.value()) fire(Firing.Kind.END, 0, Times.FOREVER, false);
    else if (lanes.current() > applied.value()) advance();
    else fire(Firing.Kind.TIMER, 0, job.clock().now(), false);
    finish();
  }

  void onComplete(Outlet<Object> to) throws Exception {
    begin(to);
    if (!ended.value()) fire(Firing.Kind.END, 0, Times.FOREVER, context.isInputCut());
    finish();
  }

  private void release() throws Exception {
    buffer.release(wanted());
    journal.seal();
  }

  /** {@return whether more is to be made of an element that was taken in an earlier turn, or in this one} */
  private boolean isExpanding() {
    for (FlatMapLink link : expanding) if (link.hasRest()) return true;
    return false;
  }

  /** Goes on with what is last in the run, which those before it wait for. */
  private void expand() throws Exception {
    FlatMapLink last = expanding[0];
    for (FlatMapLink link : expanding) if (link.hasRest()) last = link;
    FlatMapLink.Rest rest = last.first();
    input = rest.input();
    isOfResult = rest.isOfResult();
    claim = rest.claim();
    Fate fate = through(last.place, FlatMapLink.REST, rest.t(), rest.w(), null);
    isOfResult = true;
    claim = null;
    if (fate != Fate.DONE) for (FlatMapLink link : expanding) link.forget(rest.input(), givenUpFor);
    journal.seal();
    if (fate == Fate.DONE) return;
    if (rest.isOfResult()) tally.in++;
    else tally.handled--;
    if (fate == Fate.DROPPED) tally.dropped++;
    else tally.deadLettered++;
  }

  private void resume() throws Exception {
    Firing at = firing.value();
    if (!at.isThrough && !links[at.place].resume()) return;
    firing.set(null);
    if (isExpanding()) {
      firing.set(at.through());
      return;
    }
    long c = at.kind == Firing.Kind.PROGRESS ? links[at.place].vouchesFor(at.c) : at.c;
    fire(at.kind, at.place + 1, c, at.isCut);
  }

  // ---- progress: what inputs vouch for, and what this run vouches for

  /** Everything that a producer has emitted before it vouched for this is handled. */
  void onProgress(Inlet<?> from, Progress progress, Outlet<Object> to) throws Exception {
    begin(to);
    lanes.progress(laneOf(from), progress.watermark(), progress.isIdle());
    if (!plan.sides().isEmpty() && !isHeldUp()) {
      int of = sideOf(from);
      boolean isThrough = links[0].sideProgress(of, progress.watermark());
      if (!isThrough || isExpanding()) {
        firing.set(new Firing(Firing.Kind.SIDE_PROGRESS, 0, of, false, isThrough));
      }
    }
    advance();
    finish();
  }

  /** Nothing has come from the source for a while. */
  void onIdle(Outlet<Object> to) throws Exception {
    begin(to);
    isIdle.set(true);
    finish();
  }

  long idleAfterNanos() {
    return plan.idleAfterNanos();
  }

  /** {@return whether something that began earlier has to go first} */
  private boolean isHeldUp() {
    return firing.value() != null || isExpanding();
  }

  private int laneOf(Inlet<?> inlet) {
    Integer lane = plan.lanes().get(inlet.producer());
    return lane != null ? lane : plan.lanes().get(inlet.producer().substring(inlet.producer().lastIndexOf('/') + 1));
  }

  /** Fires what is final by what all inputs vouch for now. What there is no room for waits, and then looks again. */
  private void advance() throws Exception {
    if (isHeldUp() || ended.value()) return;
    applied.set(lanes.current());
    if (applied.value() != Times.FOREVER) fire(Firing.Kind.PROGRESS, 0, applied.value(), false);
  }

  /**
   * Tells consumers, behind what was emitted, if that is more than they know. While results wait for room nothing is
   * vouched for.
   */
  private void vouch() {
    if (out == null || !isStamped || isHeldUp() || ended.value()) return;
    long c = lanes.current();
    for (Link link : links) c = link.vouchesFor(c);
    boolean idle = isIdle.value() || lanes.isIdle();
    Vouched told = vouched.value();
    if (c == Times.FOREVER || c <= told.c && idle == told.isIdle) return;
    vouched.set(new Vouched(Math.max(c, told.c), idle));
    out.progress(new Progress(vouched.value().c, idle, false));
  }

  // ---- several inputs that are told apart

  void subscribed(Inlet<Object> inlet) {
    inlets.add(inlet);
    openAndClose();
  }

  /** Of an input of several feeds, the last one says that it has ended. */
  void inputEnded(Inlet<Object> inlet, Outlet<Object> to) throws Exception {
    inlets.remove(inlet);
    begin(to);
    lanes.completed(laneOf(inlet));
    if (plan.sides().isEmpty()) {
      advance();
      finish();
      return;
    }
    int side = sideOf(inlet);
    List<Integer> left = new ArrayList<>(feedsLeft.value());
    left.set(side, left.get(side) - 1);
    feedsLeft.set(List.copyOf(left));
    if (left.get(side) == 0) {
      List<Integer> ends = new ArrayList<>(endsToTell.value());
      ends.add(side);
      endsToTell.set(List.copyOf(ends));
    }
    tellEnd();
    if (isDone()) fire(Firing.Kind.END, 0, Times.FOREVER, false);
    else advance();
    finish();
  }

  /** Tells the first link of a side that has ended, unless something else goes first. */
  private void tellEnd() throws Exception {
    List<Integer> ends = endsToTell.value();
    if (ends.isEmpty() || isHeldUp()) return;
    int side = ends.getFirst();
    endsToTell.set(ends.subList(1, ends.size()));
    fire(Firing.Kind.SIDE_END, 0, side, false);
  }

  private int sideOf(Inlet<?> inlet) {
    Integer side = plan.sides().get(inlet.producer());
    return side != null ? side : plan.sides().get(inlet.producer().substring(inlet.producer().lastIndexOf('/') + 1));
  }

  private void openAndClose() {
    if (plan.sides().isEmpty()) return;
    for (Inlet<Object> inlet : inlets) {
      if (links[0].isOpen(sideOf(inlet)) || plan.isCounted() && isDone()) inlet.open();
      else inlet.close();
    }
  }

  int sideInHand() {
    return side;
  }

  /** Has links fire, from one on, until there is no more room. */
  private void fire(Firing.Kind kind, int from, long c, boolean isCut) throws Exception {
    inHand = -1;
    claim = null;
    // the turn before has left something; it goes first, and learns of this in a later turn
    if (isHeldUp()) return;
    for (int place = from; place < links.length; place++) {
      Link link = links[place];
      boolean isThrough = switch (kind) {
        case PROGRESS -> link.progress(c);
        case TIMER -> link.timer(c);
        case SIDE_PROGRESS -> true;   // only what is left of it is resumed
        case SIDE_END -> place > 0 || link.sideEnded((int) c);
        case END -> link.end(isCut);
      };
      if (!isThrough || isExpanding()) {
        firing.set(new Firing(kind, place, c, isCut, isThrough));
        return;
      }
      if (kind == Firing.Kind.PROGRESS) c = link.vouchesFor(c);
    }
    if (kind == Firing.Kind.END) ended.set(true);
  }

  private long nextTimer() {
    long next = Long.MAX_VALUE;
    for (Link link : stateful) next = Math.min(next, link.nextTimer());
    return next;
  }

  /** A timer does nothing: at the end of its turn the engine asks whether there is more, and there is. */
  private void armTimer() {
    long next = nextTimer();
    long now = job.clock().now();
    if (next <= now || next >= armed) return;   // there is more, or a timer that comes before
    armed = next;
    context.after(Duration.ofNanos(next - now), () -> {
      armed = Long.MAX_VALUE;
      armTimer();
    });
  }

  // ---- one element, or one result that comes of none

  /** Windows take elements although nothing can be done with any of their results. */
  private Guard guardInHand() {
    return inHand < 0 ? guardOfResults : guard;
  }

  /** Takes a value through the links from one on, until it is through or its failure is settled. */
  private Fate through(int from, Object value, long t, long w, Exception thrownBefore) throws Exception {
    Exception thrown = thrownBefore;
    for (int attempt = 1;; attempt++) {
      if (thrown == null) mark(from);
      else markUnmarked(from);
      if (thrown == null) {
        try {
          if (timeoutNanos == 0 || inHand < 0) links[from].push(value, t, w);
          else limited(from, value, t, w);
          guardInHand().succeeded();
          return Fate.DONE;
        } catch (Exception failure) {
          thrown = failure;
        }
        ensureTheirs(thrown);
      }
      Policy policy = plan.policies().get(failedStep);
      // then nobody sees what was thrown
      boolean isSkipped = policy.recover() == null && policy.how().last() == OnFailure.Last.SKIP;
      if (!isSkipped) At.mark(thrown, plan.sites().get(failedStep), failedValue);
      if (policy.recover() != null) return recover(from, policy, thrown, attempts(attempt));
      undo(from);
      OnFailure how = policy.how();
      if (outcome == null && attempt <= how.retries()) {
        tally.retried++;
        awaitRetry(how.backoff(), attempt);
        thrown = null;
        continue;
      }
      if (how.last() == OnFailure.Last.CRASH) {
        settleBefore();
        throw thrown;
      }
      if (guardInHand().isTooMany(how, job.clock().now())) {
        settleBefore();
        throw new TooManyFailuresException(Guard.message(how), thrown);
      }
      gaveUp(from);
      return giveUp(how, input == null ? value : input, thrown, attempts(attempt));
    }
  }

  /**
   * Interrupts the element's steps when their time is over. Steps that go on all the same for as long again are
   * abandoned: the stage is killed, and its next incarnation gets the element.
   */
  private void limited(int from, Object value, long t, long w) throws Exception {
    var limit = new TimeLimit(job.time(), job.time().current(), timeoutNanos, () -> job.giveUp(plan.stage()));
    try {
      links[from].push(value, t, w);
    } catch (Exception thrown) {
      if (limit.end()) throw limit.exceeded(thrown);
      throw thrown;
    } finally {
      limit.end();
    }
  }

  /**
   * {@return how often the element was tried} A function that ran elsewhere has tried by itself, and is not run
   * again.
   */
  private int attempts(int here) {
    return outcome == null ? here : outcome.attempts();
  }

  private Fate giveUp(OnFailure how, Object event, Throwable thrown, int attempts) {
    Site site = plan.sites().get(failedStep);
    if (how.last() == OnFailure.Last.SKIP) {
      if (inHand >= 0) in.drop(inHand, skipped(failedStep));
      return Fate.DROPPED;
    }
    deadLetter(event, thrown, attempts, site);
    return Fate.DEAD_LETTERED;
  }

  private String skipped(int step) {
    if (skipped == null) skipped = new String[plan.sites().size()];
    if (skipped[step] == null) skipped[step] = "skipped by " + plan.sites().get(step);
    return skipped[step];
  }

  private void deadLetter(Object event, Throwable thrown, int attempts, Site site) {
    givenUpFor = thrown;
    String where = path.substring(0, path.length() - plan.stage().length()) + site.label();
    if (inHand >= 0) in.deadLetter(inHand, event, thrown, attempts, where);
    else context.deadLetter(event, thrown, attempts, where);
  }

  /**
   * Goes on with another element, behind the steps that are covered. Steps before those keep what they did, unless
   * one of them makes many.
   */
  private Fate recover(int from, Policy policy, Exception thrown, int attempts) throws Exception {
    Site site = plan.sites().get(failedStep);
    Object value = failedValue;
    long t = failedT;
    long w = failedW;
    boolean isOneToOne = true;
    for (int place = from; place < policy.from(); place++) isOneToOne &= !(links[place] instanceof FlatMapLink
        || links[place] instanceof MultiLink);
    int undone = isOneToOne ? Math.max(from, policy.from()) : from;
    undo(undone);
    gaveUp(undone);
    for (FlatMapLink link : expanding) if (link.place < policy.after()) link.forget(input, null);
    var failed = new Failed(input == null ? value : input, value, thrown, site.label(), site.line(), attempts);
    Object instead;
    try {
      instead = policy.recover().apply(failed);
      if (instead == null) throw new NullPointerException("recover returned null, and no element may be null");
    } catch (Exception again) {
      again.addSuppressed(thrown);
      undo(from);
      gaveUp(from);
      At.mark(again, policy.site(), value);
      return giveUp(OnFailure.ofDefault(), failed.input(), again, attempts);
    }
    if (isOneToOne) claim = failedClaim;
    int journalMark = journal.marked();
    Claim own = claimMarked;
    Fate fate = through(policy.after(), instead, t, w, null);
    journal.mark(journalMark);   // what comes is taken back, and put together, to where the element began
    claimMarked = own;
    if (fate != Fate.DONE) {
      undo(from);
      gaveUp(from);
    }
    return fate;
  }

  /** What was undone will not be tried again. */
  private void gaveUp(int from) {
    for (Link link : stateful) if (link.place >= from) link.gaveUp();
  }

  /** An element has thrown, and there was a mark of what had changed by then: what has not is marked now. */
  private void markUnmarked(int from) {
    markOutput();
    for (Link link : stateful) if (link.place >= from && !link.isMarkedEach) link.mark();
  }

  private void markOutput() {
    countMarked = count;
    givenUpFor = null;
    claimMarked = claim;
    journal.mark();
    tally.mark();
  }

  private void mark(int from) {
    markOutput();
    for (Link link : stateful) if (link.place >= from) link.mark();
  }

  private void undo(int from) {
    count = countMarked;
    claim = claimMarked;
    journal.undo(from);
    tally.undo();
    isAbsorbed = false;
    isLate = false;
    isRefused = false;
    for (Link link : stateful) if (link.place >= from) link.undo();
  }

  /** Lets pass what is no failure of an element: an interrupt that wants the stage to end. */
  private void ensureTheirs(Exception thrown) throws Exception {
    if (thrown instanceof InterruptedException) throw thrown;
    if (thrown instanceof CancellationException && context.isCancelled()) throw thrown;
    if (context.isCancelled()) throw thrown;
  }

  private void awaitRetry(Backoff backoff, int attempt) throws InterruptedException {
    long wait = job.backoffNanos(backoff, attempt);
    if (out == null || wait > 0) settleBefore();
    if (wait > 0) job.clock().await(wait);
  }

  /** Publishes and settles what the elements before the one in hand have come to. */
  private void settleBefore() {
    if (in == null || inHand <= settled) return;
    int events = inHand - settled;
    settled = inHand;
    if (out != null) flush();
    in.commit(events);
    countMarked = 0;
  }

  /** What is in the user's container stays there, so its elements must be settled before anything else can fail. */
  private void settleAll(int size) {
    int events = size - settled;
    settled = size;
    if (events > 0) in.commit(events);
  }

  /** The turn fails, but what is in the user's container stays there. */
  private void settleCollected() {
    for (Link link : stateful) link.undo();
    journal.undo(0);
    count = 0;
    if (inHand >= 0) settleBefore();
  }

  // ---- for links

  Clock clock() {
    return job.clock();
  }

  boolean isDone() {
    for (Link link : ending) if (link.isDone()) return true;
    return false;
  }

  boolean hasRoom() {
    return count < room && !isExpanding();
  }

  /** {@return whether there is room in this turn for one more result of the element in hand} A sink keeps nothing. */
  boolean mayExpand() {
    return out == null || count - countMarked < EXPANSION;
  }

  /** {@return whether a link behind one lets nothing pass any more} */
  boolean isDoneBehind(int place) {
    for (Link link : ending) if (link.place > place && link.isDone()) return true;
    return false;
  }

  Object input() {
    return input;
  }

  boolean isOfResult() {
    return inHand < 0 && isOfResult;
  }

  Object keyInHand() {
    return key;
  }

  void stage(Object event) {
    if (count == staged.length) staged = Arrays.copyOf(staged, Math.max(16, 2 * count));
    staged[count++] = event;
    tally.out++;
  }

  /** {@return an element as it is sent on: with what it answers for} Each consumer that gets it will settle that. */
  Object outgoing(Object value) {
    if (claim == null || plan.copies() == 0) return value;
    journal.add(claim, plan.copies(), links.length - 1);
    return new Carried(value, claim);
  }

  /** {@return what the element or result in hand answers for; null for nothing} */
  Claim claim() {
    return claim;
  }

  /** What is handed on from now on answers for something else. Returns what it was before. */
  Claim claim(Claim other) {
    Claim before = claim;
    claim = other;
    return before;
  }

  /** {@return why the last result that could not be made is a dead letter; null if it is none} */
  Throwable givenUpFor() {
    return givenUpFor;
  }

  /**
   * What a link has made of several elements has failed behind it. If that is undone, and the link with it, what is
   * left is the element that it was given.
   */
  void passedBack(Link of, Claim given) {
    if (of.place >= plan.policies().get(failedStep).from()) failedClaim = given;
  }

  Journal journal() {
    return journal;
  }

  void came(OutcomeLink.Outcome came) {
    input = came.input();
    tally.retried += came.attempts() - 1;
    if (came.failure() != null) outcome = came;
  }

  void absorbed() {
    isAbsorbed = true;
  }

  void sunk() {
    isAbsorbed = true;
    tally.out++;
  }

  /** A row that was worked in before is forgotten, because there is no room. */
  void forgotten() {
    tally.handled--;
    tally.dropped++;
  }

  /** There is no room for the element in hand. */
  void overflown() {
    isOverflown = true;
  }

  /** An element that was absorbed before has come to nothing. */
  void displaced() {
    tally.handled--;
    tally.filtered++;
  }

  void late(int place, Object value, long t, long w, boolean isAfterIdle) {
    isLate = true;
    lates++;
    if (isAfterIdle) tally.lateAfterIdle++;
    if (links[place + 1] instanceof LateRouteLink) {
      stage(Envelope.of(outgoing(value), null, t, w, TestRouteLink.OTHER));
      tally.out--;   // it is no result
    }
  }

  /** An operator cannot work an element in. */
  void refused(int step, Object value, Exception cause, boolean isFiring) {
    Site site = plan.sites().get(step);
    At.mark(cause, site, value);
    if (isFiring || inHand < 0) {
      tally.in++;
      tally.deadLettered++;
    } else {
      isRefused = true;
    }
    deadLetter(value, cause, 1, site);
  }

  int failures() {
    return failures;
  }

  Exception failed(int step, Link link, Object value, long t, long w, Exception thrown) {
    failures++;
    failedStep = step;
    failedValue = value;
    failedT = t;
    failedW = w;
    failedClaim = claim;
    return thrown;
  }

  /** Hands on a result that comes of no element in hand: what fails costs that result. */
  void attempt(Link of, Object value, long t, long w) throws Exception {
    attempt(of, value, t, w, null, false);
  }

  /**
   * As that, of a result that answers for something.
   *
   * @param its what for; null for nothing
   * @param isRelease whether the link has kept it so far, and does no longer
   */
  void attempt(Link of, Object value, long t, long w, Claim its, boolean isRelease) throws Exception {
    Object inputBefore = input;
    input = value;
    Claim claimBefore = claim(its);
    givenUpFor = null;
    try {
      Exception thrown = null;
      if (of.next.isTraceless && !plan.isCounted()) {
        thrown = thrownBy(of.next, value, t, w);
        if (thrown == null) return;
      }
      Fate fate = through(of.place + 1, value, t, w, thrown);
      if (isRelease) journal.settle(its, givenUpFor, of.place);
      else if (givenUpFor != null) failedOf(its, givenUpFor, of.place);
      journal.seal();
      if (fate == Fate.DONE) return;
      tally.in++;
      if (fate == Fate.DROPPED) tally.dropped++;
      else tally.deadLettered++;
    } finally {
      input = inputBefore;
      claim(claimBefore);
    }
  }

  /** Hands a result on without a mark. Returns what a step has thrown; null if none has. */
  private Exception thrownBy(Link link, Object value, long t, long w) throws Exception {
    try {
      link.push(value, t, w);
    } catch (Exception thrown) {
      ensureTheirs(thrown);
      return thrown;
    }
    guard.succeeded();
    return null;
  }

  /** A result that answers for something is a dead letter; what it came of is there, and keeps that from ending. */
  private void failedOf(Claim its, Throwable cause, int place) {
    journal.add(its, 1, place);
    journal.settle(its, cause, place);
  }

  /** Decides about a result that a user function could not make, with no element in hand. */
  boolean retry(int step, Link link, Object subject, Exception cause) throws Exception {
    ensureTheirs(cause);
    givenUpFor = null;
    failed(step, link, subject, Times.NEVER, Times.NEVER, cause);
    OnFailure how = plan.policies().get(step).how();
    if (retriesOfResult < how.retries()) {
      retriesOfResult++;
      tally.retried++;
      return true;
    }
    int attempts = retriesOfResult + 1;
    retriesOfResult = 0;
    At.mark(cause, plan.sites().get(step), subject);
    if (how.last() == OnFailure.Last.CRASH) throw cause;
    if (guardOfResults.isTooMany(how, job.clock().now())) {
      throw new TooManyFailuresException(Guard.message(how), cause);
    }
    tally.in++;
    if (giveUp(how, subject, cause, attempts) == Fate.DROPPED) tally.dropped++;
    else tally.deadLettered++;
    return false;
  }

  void awaitClock(long nanos) throws InterruptedException {
    settleBefore();
    job.clock().await(nanos);
  }

  void result(Object result) {
    job.result(plan.stage(), result);
  }

  // ---- the engine's

  @Override
  public void prepare() {
    journal.prepare();
  }

  @Override
  public void commit() {
    for (Link link : stateful) link.commit();
    firing.commit();
    ended.commit();
    feedsLeft.commit();
    endsToTell.commit();
    applied.commit();
    isIdle.commit();
    vouched.commit();
    lanes.commit();
    if (ended.value() && firing.value() == null) job.completed(plan.stage());
    tally.commit();
    tally.reached(watermark(), openWindows(), lanes.behind());
    journal.commit();
    if (isLeft || !plan.isCounted() || !ended.value() || !isDone()) return;
    isLeft = true;
    job.unwanted(plan.stage());
  }

  /** {@return the latest event time that its inputs, or a step in it that knows better, vouch for} */
  private long watermark() {
    long c = lanes.current();
    long latest = c == Times.FOREVER ? Times.NEVER : c;
    for (Link link : links) {
      c = link.vouchesFor(c);
      if (c > latest && c != Times.FOREVER) latest = c;
    }
    return latest;
  }

  private int openWindows() {
    int open = 0;
    for (Link link : stateful) open += link.openWindows();
    return open;
  }

  @Override
  public void rollback() {
    for (Link link : stateful) link.rollback();
    firing.rollback();
    ended.rollback();
    feedsLeft.rollback();
    endsToTell.rollback();
    applied.rollback();
    isIdle.rollback();
    vouched.rollback();
    lanes.rollback();
    tally.rollback();
    journal.rollback();
  }

  @Override
  public Transactional committedOnly() {
    var successor = new Chain(plan, job, tally.successor());
    for (int i = 0; i < links.length; i++) successor.links[i].adopt(links[i]);
    successor.firing.adopt(firing);
    successor.ended.adopt(ended);
    successor.feedsLeft.adopt(feedsLeft);
    successor.endsToTell.adopt(endsToTell);
    successor.applied.adopt(applied);
    successor.isIdle.adopt(isIdle);
    successor.vouched.adopt(vouched);
    successor.lanes = lanes.successor();
    successor.isLeft = isLeft;
    return successor;
  }
}
