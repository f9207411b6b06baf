package stage.runtime.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import stage.api.ForeignThreadException;
import stage.runtime.bridge.BulkOutlet;
import stage.runtime.dispatch.Sums;
import stage.runtime.lane.BulkBatch;
import stage.runtime.lane.Progress;
import stage.runtime.time.ThreadNames;

/**
 * The outlet of a stage that lives by turns: events are staged in an array and published, or forgotten, when the turn
 * is over. One per incarnation; the cell's thread only.
 */
final class StagedOutlet<O> implements RoleOutlet<O>, BulkOutlet<O> {
  private static final Object[] NONE = {};

  /** Lists of the JDK whose array is what their iterators give, and that run no code of users while it is copied. */
  private static final Set<Class<?>> PLAIN =
      Set.of(ArrayList.class, Arrays.asList().getClass(), List.of(0).getClass(), List.of(0, 0, 0).getClass());

  private final ProducerHalf<O> half;
  private Thread owner = Thread.currentThread();   // the cell's thread: of this turn, or the last one
  // A new array for each turn: a long one is handed over to a lane, and to write young events into an old array costs
  // more, because of the collector's barriers, than a short new one.
  private Object[] staged = NONE;
  private int count;
  private int countBefore;   // of the last turn that emitted; the guess for the next one
  private long wanted;       // demand when the turn began
  private int limit;         // how many this turn may stage; 0 outside turns
  private int places;        // how many of them emit() just writes down; 0 outside turns and once completed
  private boolean open;      // whether a turn is running
  private boolean completed;
  // by an earlier turn, which a later one does not undo: a message that fails, for instance
  private boolean completedBefore;
  private long dropped;
  private Progress progress;         // that this turn vouches for; null for none

  StagedOutlet(ProducerHalf<O> half) {
    this.half = half;
  }

  /** This turn is taken when nothing waits: what it emits beyond demand is delivered before another one like it. */
  void invite() {
    limit = (int) Math.min(Integer.MAX_VALUE - 8, Sums.plus(wanted, half.roomOfTurn()));
    countPlaces();
  }

  void beginTurn() {
    owner = Thread.currentThread();
    open = true;
    completedBefore = completed;
    count = 0;
    dropped = 0;
    wanted = half.demand();
    limit = (int) Math.min(Sums.plus(wanted, half.room()), Integer.MAX_VALUE - 8);
    countPlaces();
  }

  @Override
  public void emit(O event) {
    if (event == null) throw new NullPointerException("event must not be null (Reactive Streams rule 2.13)");
    if (Thread.currentThread() != owner) throw wrongThread("emit()");
    if (count >= places) emitWithoutAPlace(event);
    else staged[count++] = event;
  }

  /** Finds out why there is no place for an event, and makes one if it may. Rare, and apart, so that emit is short. */
  private void emitWithoutAPlace(O event) {
    if (!open || completed) throw notOpen();
    if (count >= limit && !makeRoom()) return;
    if (count == staged.length) grow();
    staged[count++] = event;
    countPlaces();
  }

  private void countPlaces() {
    places = open && !completed ? Math.min(limit, staged.length) : 0;
  }

  // A batch that is passed on, or a list that a source has fetched, is copied as an array: an event takes 0.4 ns then,
  // and 2.5 if it is emitted by itself.

  @Override
  public void emitAll(Iterable<? extends O> events) {
    if (events instanceof BulkBatch<?> batch) emitAll(batch.array(), batch.from(), batch.to());
    else if (events instanceof List<?> list && PLAIN.contains(list.getClass())) emitCopy(list.toArray());
    else RoleOutlet.super.emitAll(events);
  }

  /** Emits what is before the first null, which is refused then. */
  private void emitCopy(Object[] events) {
    int count = 0;
    while (count < events.length && events[count] != null) count++;
    if (count == events.length && count > 0) emitOwn(events, count);
    else if (count > 0) emitAll(events, 0, count);
    if (count < events.length) emit(null);
  }

  @Override
  @SuppressWarnings("unchecked")   // by contract
  public void emitAll(Object[] events, int from, int to) {
    if (Thread.currentThread() != owner) throw wrongThread("emitAll()");
    if (!open || completed) throw notOpen();
    int more = to - from;
    if (limit - count < more) {
      for (int i = from; i < to; i++) emit((O) events[i]);
      return;
    }
    if (staged.length - count < more)
      staged = Arrays.copyOf(staged, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(count + more, 2L * count)));
    System.arraycopy(events, from, staged, count, more);
    count += more;
    countPlaces();
  }

  @Override
  public void emitOwn(Object[] events, int size) {
    if (count > 0 || limit < size || !open || completed || Thread.currentThread() != owner) {
      emitAll(events, 0, size);
      return;
    }
    staged = events;
    count = size;
    countPlaces();
  }

  @Override
  public void progress(Progress progress) {
    if (Thread.currentThread() != owner) throw wrongThread("progress()");
    if (!open || completed) throw notOpen();
    this.progress = Objects.requireNonNull(progress, "progress must not be null");
  }

  @Override
  public int mark() {
    return count;
  }

  @Override
  public void truncate(int mark) {
    if (Thread.currentThread() != owner) throw wrongThread("truncate()");
    if (mark < 0 || mark > count) throw new IllegalArgumentException(
        "mark must be from 0 to " + count + ", what this turn has emitted, but was " + mark);
    Arrays.fill(staged, mark, count, null);
    count = mark;
  }

  private void grow() {
    int first = (int) Math.max(1, Math.min(wanted, Math.max(countBefore, 8)));
    staged = staged.length == 0 ? new Object[first]
        : Arrays.copyOf(staged, (int) Math.min(Integer.MAX_VALUE - 8, 2L * staged.length));
  }

  /** {@return whether the event may be staged beyond the limit} Not if it is the one to drop. */
  private boolean makeRoom() {
    return switch (half.overflow().kind()) {
      case BLOCK, FAIL -> throw half.exceeded();
      case DROP_NEWEST -> {
        dropped++;
        yield false;
      }
      case DROP_OLDEST -> {
        // The oldest beyond demand go, many at a time, so that each costs little.
        int keptFirst = (int) Math.min(wanted, count);
        int kept = Math.min(half.overflow().capacity(), count - keptFirst);
        if (count < 2L * limit + 64) yield true;
        System.arraycopy(staged, count - kept, staged, keptFirst, kept);
        Arrays.fill(staged, keptFirst + kept, count, null);
        dropped += count - keptFirst - kept;
        count = keptFirst + kept;
        yield true;
      }
    };
  }

  @Override
  public long demand() {
    return open ? Math.max(0, wanted - count) : 0;
  }

  @Override
  public void complete() {
    if (Thread.currentThread() != owner) throw wrongThread("complete()");
    completed = true;
    places = 0;
  }

  @Override
  public boolean isCompleted() {
    return completed;
  }

  /** {@return how many events the turn staged} */
  int count() {
    return count;
  }

  /** Ends the turn and publishes. Returns whether there was anything to publish. The caller fences and wakes. */
  boolean commit() {
    open = false;
    places = 0;
    // First, because it may throw, and then the turn has dropped nothing either.
    if (count > 0) half.publish(2 * count < staged.length ? Arrays.copyOf(staged, count) : staged, 0, count);
    if (dropped > 0) half.dropped(dropped);
    boolean isAnything = count > 0 || progress != null;
    if (progress != null) half.progress(progress);   // last: a reader that sees it sees all events before it
    progress = null;
    if (count > 0) {
      staged = NONE;
      countBefore = count;
    }
    return isAnything;
  }

  /** Ends the turn and forgets what it staged, and that it completed. */
  void rollback() {
    open = false;
    places = 0;
    completed = completedBefore;
    progress = null;
    staged = NONE;
    count = 0;
  }

  private ForeignThreadException wrongThread(String what) {
    return new ForeignThreadException(what, ThreadNames.of(owner), ThreadNames.of(Thread.currentThread()));
  }

  private IllegalStateException notOpen() {
    String path = Objects.requireNonNull(half.path());
    return new IllegalStateException(completed
        ? "stage " + path + " has completed its outlet; nothing can be emitted after complete()"
        : "no turn of this incarnation of stage " + path + " is running; emit within a callback, a timer or castEmit");
  }
}
