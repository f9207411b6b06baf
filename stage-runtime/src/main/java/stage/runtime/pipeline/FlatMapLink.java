package stage.runtime.pipeline;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import stage.api.pipeline.Fn;
import stage.runtime.pipeline.operator.KeptValue;
import stage.runtime.pipeline.receipt.Claim;

/**
 * Makes many of one. Up to {@value StagedResults#EXPANSION} results of an element belong to the turn that took it. What
 * it makes beyond that goes on in later turns, when it is wanted; where it stands is state, and after a crash the
 * function is applied again and as many are skipped.
 */
class FlatMapLink extends Link {
  /** In place of an element: go on with the first one that is not finished. */
  static final Object REST = new Object();

  /**
   * An element with results still to come.
   *
   * @param input the element of the run that it came of
   * @param isOfResult whether that was no element of a batch, but a result that an operator made by itself
   * @param value what the function is applied to
   * @param t its time
   * @param w its source's watermark
   * @param claim what it answers for; null for nothing
   * @param made how many were made of it
   */
  record Rest(Object input, boolean isOfResult, Object value, long t, long w, Claim claim, long made) {
    private Rest with(long made) {
      return new Rest(input, isOfResult, value, t, w, claim, made);
    }
  }

  private final Fn<Object, Iterable<?>> fn;
  // more than one only behind a step that makes several
  private final KeptValue<List<Rest>> rests = new KeptValue<>(List.of());
  private Iterator<?> open;   // of the first rest, as this incarnation has left it; null if it must be made again

  FlatMapLink(Fn<Object, Iterable<?>> fn) {
    this.fn = fn;
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    if (value == REST) {
      resumeFirst();
    } else if (hasRest()) {
      begin(value, t, w, 0);
    } else {
      Iterator<?> all = iterator(value, t, w);
      long made = expand(all, value, t, w, 0);
      if (made < 0) return;
      begin(value, t, w, made);
      open = all;
    }
  }

  /** More results of an element will come, in later turns. */
  final void begin(Object value, long t, long w, long made) {
    append(new Rest(chain.input(), chain.isOfResult(), value, t, w, chain.claim(), made));
  }

  private void append(Rest rest) {
    chain.journal().add(rest.claim, 1, place);
    List<Rest> all = new ArrayList<>(rests.value());
    all.add(rest);
    rests.set(List.copyOf(all));
  }

  private void resumeFirst() throws Exception {
    Rest rest = rests.value().getFirst();
    Iterator<?> all = open;
    open = null;
    if (all == null) all = skipped(rest);
    long made = expand(all, rest.value, rest.t, rest.w, rest.made);
    if (made < 0) stop();
    List<Rest> left = new ArrayList<>(rests.value());
    if (made < 0) {
      left.removeFirst();
      chain.journal().settle(rest.claim, null, place);
    } else {
      left.set(0, rest.with(made));
      open = all;
    }
    rests.set(List.copyOf(left));
  }

  private Iterator<?> skipped(Rest rest) throws Exception {
    Iterator<?> all = iterator(rest.value, rest.t, rest.w);
    try {
      for (long i = 0; i < rest.made && all.hasNext(); i++) all.next();
    } catch (Exception thrown) {
      throw chain.failed(step, this, rest.value, rest.t, rest.w, thrown);
    }
    return all;
  }

  private Iterator<?> iterator(Object value, long t, long w) throws Exception {
    try {
      return all(value);
    } catch (Exception thrown) {
      throw chain.failed(step, this, value, t, w, thrown);
    }
  }

  /** {@return all that is made of an element} */
  Iterator<?> all(Object value) throws Exception {
    Iterable<?> all = fn.apply(value);
    Objects.requireNonNull(all, "the function of flatMap returned null; to make no element, return List.of()");
    return Objects.requireNonNull(all.iterator(), "the iterator() of what flatMap made returned null");
  }

  /** {@return how many were made of the element, those before included; -1 if it is finished} */
  private long expand(Iterator<?> all, Object value, long t, long w, long madeBefore) throws Exception {
    for (long made = madeBefore; !chain.isDoneBehind(place); made++) {
      if (!hasNext(all, value, t, w)) return -1;
      if (!chain.mayExpand()) return made;
      next.push(next(all, value, t, w), t, w);
    }
    return -1;
  }

  private boolean hasNext(Iterator<?> all, Object value, long t, long w) throws Exception {
    try {
      return all.hasNext();
    } catch (Exception thrown) {
      throw chain.failed(step, this, value, t, w, thrown);
    }
  }

  private Object next(Iterator<?> all, Object value, long t, long w) throws Exception {
    try {
      Object each = all.next();
      if (each == null) throw new NullPointerException("flatMap yielded null, and no element may be null");
      return each;
    } catch (Exception thrown) {
      throw chain.failed(step, this, value, t, w, thrown);
    }
  }

  /** {@return whether there is more to be made} */
  boolean hasRest() {
    return !rests.value().isEmpty();
  }

  /** {@return the element to go on with} */
  Rest first() {
    return rests.value().getFirst();
  }

  /**
   * Gives up what was to be made of an element of the run.
   *
   * @param cause why it failed; null if something else takes its place
   */
  void forget(Object input, Throwable cause) {
    close();
    for (Rest rest : rests.value()) if (rest.input == input) chain.journal().settle(rest.claim, cause, place);
    rests.set(rests.value().stream().filter(rest -> rest.input != input).toList());
  }

  @Override
  boolean isStateful() {
    return true;
  }

  @Override
  void mark() {
    rests.mark();
  }

  @Override
  void undo() {
    rests.undo();
    close();
  }

  @Override
  void commit() {
    rests.commit();
  }

  @Override
  void rollback() {
    rests.rollback();
    open = null;
    leave();
  }

  private void close() {
    open = null;
    stop();
  }

  @Override
  void adopt(Link committed) {
    rests.adopt(((FlatMapLink) committed).rests);
    ((FlatMapLink) committed).leave();
  }
}
