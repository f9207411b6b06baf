package stage.runtime.pipeline.receipt;

import java.util.Arrays;

/**
 * What a turn of a run changes in receipts. An element can be taken back by itself, and so can the turn.
 *
 * <p>What comes on top is added before the turn's outputs are published, and what falls away is subtracted after its
 * input is settled: a fast consumer would otherwise settle the last element while there are more. Where an element
 * makes one of itself, the two cancel each other out, and no thread meets another.
 *
 * <p>All of it on the thread of the run.
 */
public final class Journal {
  private static final int SMALLEST = 16;
  private static final int LARGEST_USUAL = 1024;
  private static final Claim[] NONE = {};

  // A new one for each turn: to write a young object into an old array costs a fence, by the collector's barriers.
  private Claim[] claims = NONE;
  private int usual = SMALLEST;          // as many as the last turn has changed, within reason
  private int[] changes = new int[SMALLEST];
  private int[] places = new int[SMALLEST];   // of the links that have made them
  private Throwable[] causes;   // null as long as nothing has failed
  private boolean hasMore;      // whether anything may have come on top
  private int size;
  private int mark;             // where the element in hand begins
  private int added;            // up to here, what comes on top is added
  private int settled;          // up to here, what falls away is subtracted
  private final Completed completed = new Completed();

  /** Makes an empty one. */
  public Journal() {}

  /** An element begins. */
  public void mark() {
    mark = size;
  }

  /** {@return where the element in hand begins} */
  public int marked() {
    return mark;
  }

  /**
   * The element in hand began earlier than the part of it that was marked last.
   *
   * @param marked from {@link #marked}; what was committed since is not taken back
   */
  public void mark(int marked) {
    mark = Math.min(marked, size);
  }

  /**
   * Takes back what the element has changed.
   *
   * @param from the first link whose changes are taken back; those before it keep what they did
   */
  public void undo(int from) {
    int kept = mark;
    for (int i = mark; i < size; i++) if (places[i] < from) move(i, kept++);
    cut(kept);
  }

  /** The element in hand is through: changes of the same claim that follow each other are one, or none. */
  public void seal() {
    int kept = mark;
    for (int i = mark; i < size; i++) {
      int last = kept - 1;
      boolean isSame = last >= mark && claims[last] == claims[i] && causeOf(last) == null && causeOf(i) == null;
      if (!isSame) {
        move(i, kept++);
        continue;
      }
      changes[last] += changes[i];
      if (changes[last] == 0) kept--;
    }
    cut(kept);
  }

  private Throwable causeOf(int change) {
    return causes == null ? null : causes[change];
  }

  private void move(int from, int to) {
    if (from == to) return;
    claims[to] = claims[from];
    changes[to] = changes[from];
    places[to] = places[from];
    if (causes != null) causes[to] = causes[from];
  }

  private void cut(int kept) {
    for (int i = kept; i < size; i++) {
      claims[i] = null;
      if (causes != null) causes[i] = null;
    }
    size = kept;
  }

  /**
   * Adds to the elements that answer for a claim.
   *
   * @param claim what for; null for nothing
   * @param elements how many
   * @param place of the link that says so
   */
  public void add(Claim claim, int elements, int place) {
    if (claim != null) change(claim, elements, null, place);
  }

  /**
   * One element less answers for a claim.
   *
   * @param claim what for; null for nothing
   * @param cause why it failed; null if it did not
   * @param place of the link that says so
   */
  public void settle(Claim claim, Throwable cause, int place) {
    if (claim != null) change(claim, -1, cause, place);
  }

  private void change(Claim claim, int by, Throwable cause, int place) {
    if (size == claims.length) makeRoom();
    claims[size] = claim;
    changes[size] = by;
    places[size] = place;
    hasMore |= by > 0;
    if (cause != null) {
      if (causes == null) causes = new Throwable[claims.length];
      causes[size] = cause;
    }
    size++;
  }

  private void makeRoom() {
    int length = Math.max(usual, 2 * size);
    if (changes.length < length) {
      changes = Arrays.copyOf(changes, length);
      places = Arrays.copyOf(places, length);
    }
    if (causes != null) causes = Arrays.copyOf(causes, length);
    claims = Arrays.copyOf(claims, length);   // last: the others have as much room then
  }

  /** The turn is about to be published. */
  public void prepare() {
    if (hasMore) for (; added < size; added++) if (changes[added] > 0) claims[added].add(changes[added]);
  }

  /** The turn is published, and its input is settled. */
  public void commit() {
    while (settled < size) {
      completed.reserve();   // from here on a change takes no memory, unless several deliveries went into one element
      int next = settled++;
      if (changes[next] < 0) claims[next].settle(-changes[next], causeOf(next), completed);
    }
    completed.send();
    clear();
  }

  /** The turn is undone. What was added is not published, and the element that it came of has not been settled. */
  public void rollback() {
    for (int i = 0; i < added; i++) if (changes[i] > 0) claims[i].settle(changes[i], null, completed);
    completed.send();
    clear();
  }

  private void clear() {
    if (size > 0) usual = Math.clamp(size, SMALLEST, LARGEST_USUAL);
    claims = NONE;
    causes = null;
    hasMore = false;
    size = 0;
    mark = 0;
    added = 0;
    settled = 0;
  }
}
