package stage.runtime.lane;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import stage.api.SubscriptionSnapshot;
import stage.api.SubscriptionSpec;

/**
 * The queue of one subscription, and its ledger. The producer's cell holds it as {@link LaneTail}, the consumer's as
 * {@link LaneHead}.
 */
public final class Lane<E> implements LaneTail<E>, LaneHead<E> {
  // The idea. A single-producer single-consumer queue of linked nodes, and three counters that only grow: requested and
  // settled, which the consumer writes, and tail, which the producer writes. Demand is requested - tail, and there is
  // no other message for it. What was published and is not settled is still in the lane, so a consumer that crashes or
  // leaves has nothing to give back but its place.
  //
  // Nodes. A run of SLICE events or more becomes a sealed node around the producer's own array: nobody writes to those
  // places any more, so that the consumer can hand out a view of it and users may keep that. Fewer events are copied
  // into an open node, which belongs to the lane: its slots are cleared when settled, and what is handed out is a copy.
  // So a drained lane holds on to no event.
  //
  // Ordering. The producer fills slots and links nodes with plain writes and then sets tail with release; the consumer
  // reads tail with acquire and touches nothing beyond it. The consumer clears slots and then sets settled and
  // requested with release; the producer never reads a slot it has written, until the consumer has left, which is a
  // release too.

  /** From this length on a run is handed over without copying. */
  public static final int SLICE = 32;

  private static final int LARGEST_OPEN_NODE = 256;

  /** A batch that is handed out may keep an array alive that is at most this many times as long. */
  private static final int LONGEST_KEPT = 4;

  private static final int FEW = 8;

  /** While the scope is not watched, the clock is read for the ages of events once in this many. */
  private static final int EVENTS_PER_MARK = 64;

  /**
   * How often a writer may get in a reader's way before the reader assumes that it was taken off its processor.
   */
  private static final int PATIENCE = 100;

  private static final class Node {
    private final boolean sealed;
    private Object[] events;   // sealed: set when it is linked, and cleared by the consumer when all is settled
    private int from;          // open: 0; sealed: set when it is linked
    private int to;            // open: the capacity, until the producer goes on to another node; sealed: as from
    private Node next;         // set by the producer, once

    Node(boolean sealed, Object[] events, int from, int to) {
      this.sealed = sealed;
      this.events = events;
      this.from = from;
      this.to = to;
    }
  }

  private static final Object[] NONE = {};

  /** Where a lane begins that nothing was published to yet. All share it, so each knows by itself what follows. */
  private static final Node BEGINNING = new Node(true, null, 0, 0);

  private static final boolean[] NOT_ONE = {};

  private final long id;
  private final SubscriptionSpec<E> spec;
  private final LaneEnd producer;
  private final LaneEnd consumer;
  private NoticeBoard.Notice forProducer;    // null where there are no cells; written before it is shared, as the next
  private NoticeBoard.Notice forConsumer;
  private Object inlet;                      // as these

  // written by the producer's cell only
  private long tail;                // events published
  private Node last = BEGINNING;    // where the next event goes
  private Node head;                // what follows the beginning; set once, then read and cleared by the consumer
  private int filled;               // slots of an open last node that are taken
  private Node spare;               // reserved, and not linked yet; null for none
  private volatile AgeMarks marks;  // null until enough was published; read by any thread
  private volatile boolean tellsOfDemand;   // whether the consumer posts notices for it; read by the consumer
  private boolean admitted;         // whether the producer shares events out to it
  private Object seat;              // what the dispatcher keeps for it; null for none
  private LaneChain touchedLanes;   // of its producer; null while there is nobody to wake. Written before it is shared
  boolean touched;                  // whether it is in that chain, and what follows it there
  Lane<?> nextTouched;
  boolean spared;                   // the same of those whose consumers were left alone
  Lane<?> nextSpared;
  private volatile boolean tell;    // whether the producer waits for everything to be settled
  private volatile Ending ending;   // after the last event
  private Progress progress;        // what is vouched for of what is sent from now on; null for nothing

  // written by the consumer's cell only, and by the producer's once left is set
  private int version;              // odd while the counters below do not fit each other
  private long requested;           // events asked for
  private long settled;             // events that have met their fate: the sum of the next four
  private long handled;
  private long deadLettered;
  private long dropped;
  private long returned;
  private Node first = BEGINNING;   // where the next event is taken
  private int index;                // its slot there
  private volatile boolean left;
  private volatile boolean tellsOfEvents;   // whether the producer posts notices for it; read by the producer
  private volatile boolean leaving;   // any thread, once: somebody has told the consumer to leave
  // which of the unsettled events, in order, have met their fate already; before left
  private boolean[] finishedAhead = NOT_ONE;

  public Lane(long id, SubscriptionSpec<E> spec, LaneEnd producer, LaneEnd consumer) {
    this.id = id;
    this.spec = spec;
    this.producer = producer;
    this.consumer = consumer;
    this.requested = spec.demand().isManual() ? 0 : spec.demand().max();
  }

  public long id() {
    return id;
  }

  /** Initializes what lanes need only when much is published: while there is memory. */
  public static void initialize() {
    AgeMarks.initialize();
  }

  /** The consumer is going to leave. Any thread. */
  public void leaving() {
    leaving = true;
  }

  /** {@return whether what the consumer has not settled has come back, or is going to} Any thread. */
  public boolean isGivenUp() {
    return leaving || left;
  }

  /** {@return whether the producer shares events out to it} The producer's cell. */
  public boolean isAdmitted() {
    return admitted;
  }

  /** From now on the producer shares events out to it. The producer's cell. */
  public void admit() {
    admitted = true;
  }

  // ---- who is told of what. Where a cell has one lane, it looks at that; where it has several, they post notices.

  /** Its producer keeps the chain of those whose consumers must be woken, and the board. Before it is shared. */
  public void joins(LaneChain touchedLanes, NoticeBoard board) {
    this.touchedLanes = touchedLanes;
    this.forProducer = new NoticeBoard.Notice(board, this);
  }

  /** Its consumer keeps the board, and something for the lane. Before it is shared. */
  public void joins(NoticeBoard board, Object inlet) {
    this.forConsumer = new NoticeBoard.Notice(board, this);
    this.inlet = inlet;
  }

  /** {@return what its consumer keeps for it} */
  public Object inlet() {
    return inlet;
  }

  @Override
  public Object seat() {
    return seat;
  }

  @Override
  public void seat(Object seat) {
    this.seat = seat;
  }

  @Override
  public void tellOfDemand() {
    if (tellsOfDemand) return;
    tellsOfDemand = true;
    VarHandle.fullFence();   // pairs with the one before noticeToProducer: what is not posted is seen from here on
  }

  /** From now on the producer posts what it wakes the consumer for. The consumer's cell, which looks after it. */
  public void tellOfEvents() {
    tellsOfEvents = true;
    VarHandle.fullFence();   // pairs with the one before wakeConsumer: what is not posted is seen from here on
  }

  /** Its producer must look at it, whether or not there is demand. Any thread. */
  public void noticeToProducer() {
    if (forProducer != null) forProducer.post();
  }

  /** Its consumer must look at it, whether or not there are events. Any thread. */
  public void noticeToConsumer() {
    if (forConsumer != null) forConsumer.post();
  }

  /** Wakes the producer for what the consumer wants or has settled. After a full fence. */
  public void wakeProducer() {
    if (tellsOfDemand) forProducer.post();
    producer.wake();
  }

  /** Wakes the consumer for what was published. After a full fence. */
  public void wakeConsumer() {
    if (tellsOfEvents) forConsumer.post();
    consumer.wake();
  }

  /** As {@link #wakeConsumer}, but leaves it alone if it rests. Returns whether it may. */
  public boolean wakeConsumerUnlessResting() {
    if (tellsOfEvents) {   // with several inputs none rests
      wakeConsumer();
      return false;
    }
    consumer.wakeUnlessResting();
    return true;
  }

  /** The lane has an end now, which its consumer must look at. After a full fence. */
  public void tellConsumerOfEnd() {
    if (tellsOfEvents) forConsumer.post();
    consumer.inputEnded();
  }

  @Override
  public SubscriptionSpec<E> spec() {
    return spec;
  }

  @Override
  public LaneEnd producer() {
    return producer;
  }

  @Override
  public LaneEnd consumer() {
    return consumer;
  }

  // ---- the producer's end

  @Override
  public long demand() {
    return left || ending != null ? 0 : requestedAcquire() - tail;
  }

  @Override
  public void reserve(int count) {
    if (count >= SLICE) {
      if (spare == null || !spare.sealed) spare = new Node(true, null, 0, 0);
      return;
    }
    int more = last.sealed ? count : count - (last.to - filled);
    if (more <= 0 || spare != null && !spare.sealed && spare.to >= more) return;
    int usual = last.sealed ? 8 : Math.min(2 * last.to, LARGEST_OPEN_NODE);
    int capacity = Math.max(usual, more);
    spare = new Node(false, new Object[capacity], 0, capacity);
  }

  @Override
  public void publish(Object[] events, int from, int to) {
    reserve(to - from);   // from here on nothing takes memory: the consumer gets all of them, or it has thrown and none
    if (to - from < SLICE) for (int i = from; i < to; i++) append(events[i]);
    else seal(events, from, to);
    touch();
    publishedUpTo(tail + (to - from));
  }

  @Override
  public void publish(Object event) {
    reserve(1);
    Node lastBefore = last;
    int filledBefore = filled;
    long tailBefore = tail;
    try {
      append(event);
      touch();
      publishedUpTo(tail + 1);
    } catch (Throwable full) {
      // A generator publishes on the stack of its user code, which may overflow anywhere above. A slot that does not
      // count is free again, or the consumer would get what is in it in place of the next event.
      if (tail == tailBefore) filled = last == lastBefore ? filledBefore : 0;
      throw full;
    }
  }

  private void touch() {
    if (touchedLanes != null) touchedLanes.add(this);
  }

  /** The consumer may see them from here on. Once in a while the time is noted. */
  private void publishedUpTo(long published) {
    boolean isToNote = tail / EVENTS_PER_MARK != published / EVENTS_PER_MARK;
    setTailRelease(published);
    if (isToNote || producer.isWatched()) note(published);
  }

  /** Throws nothing on a full heap: the events are published, so a turn that failed now would publish them again. */
  private void note(long published) {
    try {
      if (marks == null) marks = new AgeMarks();
      marks.note(published, producer.nanos());
    } catch (OutOfMemoryError | LinkageError full) {   // or what it calls could not be linked, for want of memory
      // these events have no mark, and seem as young as the next that have one
    }
  }

  private void append(Object event) {
    if (last.sealed || filled == last.to) link(takeSpare());
    last.events[filled++] = event;
  }

  private void seal(Object[] events, int from, int to) {
    Node node = takeSpare();
    node.events = events;
    node.from = from;
    node.to = to;
    link(node);
  }

  private Node takeSpare() {
    Node taken = spare;
    spare = null;
    return taken;
  }

  private void link(Node node) {
    if (!last.sealed) last.to = filled;
    if (last == BEGINNING) head = node;
    else last.next = node;
    last = node;
    filled = 0;
  }

  @Override
  public void progress(Progress progress) {
    touch();
    PROGRESS.setRelease(this, progress);   // after the tail; pairs with the acquire in progress()
  }

  @Override
  public Progress progress() {
    // pairs with the release: a reader that sees it, and then the tail, sees all events before it
    return (Progress) PROGRESS.getAcquire(this);
  }

  @Override
  public void end(Ending ending) {
    this.ending = ending;
  }

  @Override
  public boolean isSettledOrTellMe() {
    tell = true;
    // pairs with the one between settle and shouldNotifyProducer: either the consumer sees it, or this sees what was
    // settled
    VarHandle.fullFence();
    return settledAcquire() == tail;
  }

  @Override
  public boolean hasLeft() {
    return left;
  }

  @Override
  public long unsettled() {
    return tail - settled;
  }

  @Override
  public Object[] takeBack() {
    int count = (int) (tail - settled);
    if (count == 0) return NONE;
    Object[] events = new Object[count];
    copyOut(events);
    int unfinished = 0;
    for (int i = 0; i < count; i++)
      if (i >= finishedAhead.length || !finishedAhead[i]) events[unfinished++] = events[i];
    if (unfinished < count) events = Arrays.copyOf(events, unfinished);
    beginUpdate();
    HANDLED.setOpaque(this, handled + count - unfinished);
    advance(count);   // before the fates: see counters()
    RETURNED.setRelease(this, returned + unfinished);
    endUpdate();
    return events;
  }

  // ---- the consumer's end

  @Override
  public long sent() {
    return tailAcquire();
  }

  @Override
  public long available() {
    return tailAcquire() - settled;
  }

  @Override
  public List<E> take(int limit) {
    int count = (int) Math.min(limit, tailAcquire() - settled);
    skipFinishedNode();
    // A view keeps the whole run of its producer's turn alive for as long as its author keeps the batch: it must not be
    // much longer.
    boolean isMostOfIt =
        first.sealed && first.to - index >= count && (long) count * LONGEST_KEPT >= first.events.length;
    if (isMostOfIt) return new Batch<>(first.events, index, count);
    Object[] events = new Object[count];
    copyOut(events);
    return new Batch<>(events, 0, count);
  }

  /** Copies the next events without settling them. */
  private void copyOut(Object[] target) {
    Node node = first;
    int position = index;
    int copied = 0;
    while (copied < target.length) {
      if (position == node.to) {
        node = after(node);
        position = node.from;
      }
      int run = Math.min(node.to - position, target.length - copied);
      copy(node.events, position, target, copied, run);
      position += run;
      copied += run;
    }
  }

  // The JDK's array routines cost more than a turn's worth of loop where there are few events: a fifth of a hop at
  // demand 2/1.

  private static void copy(Object[] source, int from, Object[] target, int to, int count) {
    if (count > FEW) System.arraycopy(source, from, target, to, count);
    else for (int i = 0; i < count; i++) target[to + i] = source[from + i];
  }

  private static void clear(Object[] slots, int from, int count) {
    if (count > FEW) Arrays.fill(slots, from, from + count, null);
    else for (int i = from; i < from + count; i++) slots[i] = null;
  }

  /** {@return an event without settling it; there are more unsettled ones than are skipped} */
  @SuppressWarnings("unchecked")
  public E peek(int skipped) {
    skipFinishedNode();
    Node node = first;
    int position = index + skipped;
    while (position >= node.to) {
      position -= node.to;
      node = after(node);
      position += node.from;
    }
    return (E) node.events[position];
  }

  /** Some of the events that are about to go back have been handled already. */
  public void finishedAhead(boolean[] finished) {
    finishedAhead = finished;
  }

  private void skipFinishedNode() {
    if (index < first.to) return;
    Node finished = first;
    first = after(finished);
    index = first.from;
    // or an old node that was promoted would keep all later ones alive
    if (finished == BEGINNING) head = null;
    else finished.next = null;
  }

  private Node after(Node node) {
    return node == BEGINNING ? head : node.next;
  }

  @Override
  public void settle(int handled, int deadLettered, int dropped, long requested) {
    beginUpdate();
    HANDLED.setOpaque(this, this.handled + handled);
    advance(handled + deadLettered + dropped);   // before the fates: see counters()
    if (deadLettered > 0) DEAD_LETTERED.setRelease(this, this.deadLettered + deadLettered);
    if (dropped > 0) DROPPED.setRelease(this, this.dropped + dropped);
    REQUESTED.setRelease(this, requested);   // pairs with requestedAcquire
    endUpdate();
  }

  /** Moves past events that have met their fate, and lets go of them. */
  private void advance(int count) {
    int left = count;
    while (left > 0) {
      skipFinishedNode();
      int run = Math.min(first.to - index, left);
      if (!first.sealed) clear(first.events, index, run);
      index += run;
      left -= run;
      if (first.sealed && index == first.to) first.events = null;
    }
    SETTLED.setRelease(this, settled + count);   // pairs with settledAcquire
  }

  @Override
  public long requested() {
    return requested;
  }

  @Override
  public long unsent() {
    return requested - tailAcquire();
  }

  @Override
  public long settled() {
    return settled;
  }

  @Override
  public boolean shouldNotifyProducer() {
    return tell && tailAcquire() == settled;
  }

  @Override
  public Ending ending() {
    return ending;
  }

  @Override
  public void leave() {
    left = true;   // pairs with hasLeft: a reader that sees it sees the consumer's last counters
  }

  // ---- the ledger

  /** {@return all counters as they were at one instant} Any thread. */
  public SubscriptionSnapshot snapshot() {
    return snapshot(producer.nanos());
  }

  /** As {@link #snapshot()}, at a known time. */
  public SubscriptionSnapshot snapshot(long nowNanos) {
    // A seqlock: the consumer's counters are one version, and tail is read while that version holds. A reader does not
    // spin forever: its writer may have been taken off its processor in the middle of an update. Then all stands
    // still, and is seen twice the same.
    Counters before = null;
    for (int attempt = 0; attempt < 1000; attempt++) {
      int version = (int) VERSION.getAcquire(this);
      Counters now = counters();
      // pairs with the storeStoreFence in beginUpdate: no counter above is newer than the version below
      VarHandle.loadLoadFence();
      if ((version & 1) == 0 && (int) VERSION.getOpaque(this) == version) return snapshot(now, now.handled, nowNanos);
      // Counters only grow, so those that are the same in two readings, with the fence between them, were all so at
      // that fence.
      if (attempt >= PATIENCE && now.equals(before)) return snapshot(now, now.handledSoFar(), nowNanos);
      before = now;
    }
    Counters overtaken = counters();   // at several instants, all the time
    return snapshot(overtaken, overtaken.handledSoFar(), nowNanos);
  }

  private SubscriptionSnapshot snapshot(Counters now, long handledThen, long nowNanos) {
    return new SubscriptionSnapshot(id, producer.path(), consumer.path(), spec.demand(), ending == null && !left,
        now.requested,
        now.requested - now.tail, now.tail, handledThen, now.tail - now.settled, now.deadLettered, now.dropped,
        now.returned,
        Duration.ofNanos(now.tail == now.settled ? 0 : ageNanos(now, nowNanos)),
        new SubscriptionSnapshot.Share(spec.partition(), spec.selector().isPresent()), consumer.isGated());
  }

  /** How old the oldest event in flight is at least. */
  private long ageNanos(Counters now, long nowNanos) {
    AgeMarks noted = marks;
    long byMark = noted == null ? 0 : noted.ageNanos(now.settled, nowNanos);
    // A producer that waits has published nothing since; where few events go, that says more than the marks.
    long waiting = producer.waitingNanos(nowNanos);
    boolean isStill = (long) TAIL.getOpaque(this) == now.tail;
    return isStill ? Math.max(byMark, waiting) : byMark;
  }

  /**
   * Each is read before one that is never behind it, so that no difference of two is negative, whenever they were read.
   */
  private Counters counters() {
    long handledThen = (long) HANDLED.getOpaque(this);
    long deadLetteredThen = (long) DEAD_LETTERED.getAcquire(this);
    long droppedThen = (long) DROPPED.getAcquire(this);
    long returnedThen = (long) RETURNED.getAcquire(this);
    long settledThen = settledAcquire();
    long tailThen = tailAcquire();
    return new Counters(handledThen, deadLetteredThen, droppedThen, returnedThen, settledThen, tailThen,
        requestedAcquire());
  }

  private record Counters(long handled, long deadLettered, long dropped, long returned, long settled, long tail,
      long requested) {
    /**
     * {@return what was handled, if these are from the middle of an update} What it has settled counts as handled until
     * it comes to the other fates.
     */
    private long handledSoFar() {
      return settled - deadLettered - dropped - returned;
    }
  }

  private void beginUpdate() {
    VERSION.setOpaque(this, version + 1);
    // pairs with the loadLoadFence in snapshot: the odd version is seen before any counter that changes
    VarHandle.storeStoreFence();
  }

  private void endUpdate() {
    // pairs with the getAcquire in snapshot: the even version is seen after every counter
    VERSION.setRelease(this, version + 1);
  }

  /** Pairs with the setRelease in {@link #settle}. */
  private long requestedAcquire() {
    return (long) REQUESTED.getAcquire(this);
  }

  /** Pairs with the setRelease in {@link #advance}. */
  private long settledAcquire() {
    return (long) SETTLED.getAcquire(this);
  }

  /** Pairs with {@link #setTailRelease}: a reader of the count sees the events below it. */
  private long tailAcquire() {
    return (long) TAIL.getAcquire(this);
  }

  private void setTailRelease(long tail) {
    TAIL.setRelease(this, tail);
  }

  private static final VarHandle TAIL = handle("tail", long.class);
  private static final VarHandle PROGRESS = handle("progress", Progress.class);
  private static final VarHandle VERSION = handle("version", int.class);
  private static final VarHandle REQUESTED = handle("requested", long.class);
  private static final VarHandle SETTLED = handle("settled", long.class);
  private static final VarHandle HANDLED = handle("handled", long.class);
  private static final VarHandle DEAD_LETTERED = handle("deadLettered", long.class);
  private static final VarHandle DROPPED = handle("dropped", long.class);
  private static final VarHandle RETURNED = handle("returned", long.class);

  private static VarHandle handle(String field, Class<?> type) {
    try {
      return MethodHandles.lookup().findVarHandle(Lane.class, field, type);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
