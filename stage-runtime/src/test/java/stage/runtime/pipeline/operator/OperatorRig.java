package stage.runtime.pipeline.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Drives one operator as a run does: elements in turns, progress, the end. With a seed it makes trouble on the way:
 * undoes elements and does them again, rolls turns back and redelivers them, replaces the thread, commits at odd points
 * and has little room.
 */
final class OperatorRig implements Output<Object> {
  /** What the operator emitted. */
  record Out(Object value, Object key, long t, long w) {}

  /** What it did not take. */
  record Refused(Object value, String how) {}

  private interface Call {
    boolean make() throws Exception;
  }

  private Operator<Object> operator;
  private final Random trouble;   // null for none
  private final boolean isUnmarked;   // whether elements are marked only when they have thrown, as in a simple run
  private final List<Call> turn = new ArrayList<>();
  private final List<Out> staged = new ArrayList<>();
  private final List<Refused> stagedRefused = new ArrayList<>();
  private int room = Integer.MAX_VALUE;
  private long now;
  private boolean hasRoomForAll;

  final List<Out> out = new ArrayList<>();
  final List<Refused> refused = new ArrayList<>();
  int failuresToRetry;   // how often a result that could not be made is tried again
  Exception settled;     // the last failure that was not

  OperatorRig(Operator<Object> operator) {
    this(operator, null);
  }

  OperatorRig(Operator<Object> operator, Random trouble) {
    this.operator = operator;
    this.trouble = trouble;
    this.isUnmarked = trouble != null && trouble.nextInt(3) == 0 && operator instanceof SingleInput<?, ?> single
        && single.takesAtomically();
    operator.turn(0);
  }

  OperatorRig withRoom(int results) {
    room = results;
    return this;
  }

  // ---- what a run does
  // ----------------------------------------------------------------------------------------------------

  @SuppressWarnings("unchecked")
  OperatorRig element(Object key, Object value, long t, long w) {
    return element((SideOf<Object>) operator -> (Input<Object, Object>) operator, key, value, t, w);
  }

  interface SideOf<I> {
    Input<I, Object> of(Operator<Object> operator);
  }

  <I> OperatorRig element(SideOf<I> side, Object key, I value, long t, long w) {
    return call(() -> {
      Input<I, Object> input = side.of(operator);
      if (!isUnmarked) return input.accept(key, value, t, w, this);
      ((SingleInput<I, Object>) input).take(key, Keys.hash(key), value, t, w, this);
      return true;
    }, true);
  }

  /** An element that a later step fails for good: it is undone, and left out. */
  @SuppressWarnings("unchecked")
  OperatorRig failing(Object key, Object value, long t, long w) {
    int before = staged.size();
    operator.mark();
    try {
      ((Input<Object, Object>) operator).accept(key, value, t, w, this);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    operator.undo();
    staged.subList(before, staged.size()).clear();
    return this;
  }

  OperatorRig progress(long c) {
    return call(() -> operator.progress(c, this), false);
  }

  OperatorRig clock(long now) {
    commit();
    this.now = now;
    operator.turn(now);
    return now >= operator.nextTimer() ? call(() -> operator.timer(now, this), false) : this;
  }

  OperatorRig end() {
    return end(false);
  }

  OperatorRig end(boolean isDrained) {
    call(() -> operator.end(isDrained, this), false);
    commit();
    return this;
  }

  Operator<Object> operator() {
    return operator;
  }

  private OperatorRig call(Call call, boolean isElement) {
    try {
      if (isElement && !isUnmarked && chance(4)) {   // a later step fails, and the element is tried again
        int before = staged.size();
        int refusedBefore = stagedRefused.size();
        operator.mark();
        call.make();
        operator.undo();
        staged.subList(before, staged.size()).clear();
        stagedRefused.subList(refusedBefore, stagedRefused.size()).clear();
      }
      if (!isUnmarked) operator.mark();
      turn.add(call);
      boolean isDone = call.make();
      if (chance(6)) isDone = redeliver();
      while (!isDone) {
        commit();
        Call resume = () -> operator.resume(this);
        turn.add(resume);
        isDone = resume.make();
        if (chance(6)) isDone = redeliver();
      }
      if (trouble != null ? chance(5) : !isElement) commit();
      return this;
    } catch (RuntimeException e) {
      if (isUnmarked) operator.mark();
      operator.undo();
      turn.removeLast();
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private boolean redeliver() throws Exception {
    staged.clear();
    stagedRefused.clear();
    if (chance(2)) {
      Operator<Object> deaf = operator;
      operator = operator.successor();
      deaf.rollback();
    } else {
      operator.rollback();
    }
    operator.turn(now);
    boolean isDone = true;
    for (int i = 0; i < turn.size(); i++) {
      // Those that had room the first time have it again; what has none ends the turn.
      hasRoomForAll = i < turn.size() - 1;
      operator.mark();
      isDone = turn.get(i).make();
    }
    hasRoomForAll = false;
    return isDone;
  }

  private boolean chance(int of) {
    return trouble != null && trouble.nextInt(of) == 0;
  }

  OperatorRig commit() {
    operator.commit();
    out.addAll(staged);
    refused.addAll(stagedRefused);
    staged.clear();
    stagedRefused.clear();
    turn.clear();
    return this;
  }

  /** The turn is undone, and not redelivered. */
  OperatorRig rollback() {
    operator.rollback();
    staged.clear();
    stagedRefused.clear();
    turn.clear();
    return this;
  }

  // ---- what came of it
  // ----------------------------------------------------------------------------------------------------

  List<Object> values() {
    commit();
    return out.stream().map(Out::value).toList();
  }

  List<Object> late() {
    commit();
    return refused.stream().filter(each -> each.how().equals("late")).map(Refused::value).toList();
  }

  List<Object> refused(String how) {
    commit();
    return refused.stream().filter(each -> each.how().equals(how)).map(Refused::value).toList();
  }

  @Override
  public boolean hasRoom() {
    return hasRoomForAll || staged.size() < room && (trouble == null || staged.size() < 2 || trouble.nextInt(3) > 0);
  }

  @Override
  public void emit(Object value, Object key, long t, long w) {
    staged.add(new Out(value, key, t, w));
  }

  @Override
  public void late(Object value, long t, long w, boolean isAfterIdle) {
    stagedRefused.add(new Refused(value, isAfterIdle ? "late after idle" : "late"));
  }

  @Override
  public void filtered(Object value) {
    stagedRefused.add(new Refused(value, "filtered"));
  }

  @Override
  public void dropped(Object value) {
    stagedRefused.add(new Refused(value, "dropped"));
  }

  @Override
  public void deadLetter(Object value, Exception cause) {
    stagedRefused.add(new Refused(value, "dead letter"));
    settled = cause;
  }

  @Override
  public boolean retry(Object subject, Exception cause) {
    settled = cause;
    return failuresToRetry-- > 0;
  }
}
