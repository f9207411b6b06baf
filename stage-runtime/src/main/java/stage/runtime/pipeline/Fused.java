package stage.runtime.pipeline;

import java.util.ArrayList;
import java.util.List;
import stage.api.pipeline.Criterion;
import stage.api.pipeline.Fn;
import stage.runtime.pipeline.operator.Stamping;
import stage.runtime.pipeline.receipt.Journal;

/**
 * The links of a run, as far as elements reach them, as one loop: steps, then a time, then a key and an operator, or
 * another end. The run's own thread.
 */
final class Fused {
  private final LoopSteps loop;
  private final List<LoopLink> loops;
  private final TimeLink time;   // null if there is none
  private final Link last;
  private final RunSteps.End end;
  private final WholeRun run;
  private final Sweep sweep = new Sweep();

  private Fused(LoopSteps loop, List<LoopLink> loops, TimeLink time, Link last, RunSteps.End end, WholeRun run) {
    this.loop = loop;
    this.loops = loops;
    this.time = time;
    this.last = last;
    this.end = end;
    this.run = run;
  }

  /**
   * {@return the links as one loop; null if they are not of that kind} They leave no trace of an element that throws.
   *
   * @param links the links
   * @param isEnveloped whether elements may come in envelopes
   * @param claims what happens to what elements answer for
   * @param journal where that is written down
   */
  static Fused of(Link[] links, boolean isEnveloped, RunSteps.Claims claims, Journal journal) {
    List<LoopLink> loops = new ArrayList<>();
    List<Fn<Object, Object>> functions = new ArrayList<>();
    List<Criterion<Object>> tests = new ArrayList<>();
    int at = 0;
    for (; at < links.length && links[at] instanceof LoopLink link; at++) {
      loops.add(link);
      functions.addAll(link.steps().functions());
      tests.addAll(link.steps().tests());
    }
    if (functions.size() > LoopSteps.MOST) return null;
    TimeLink time = at < links.length && links[at] instanceof TimeLink link ? link : null;
    if (time != null) at++;
    if (at == links.length) return null;
    Link last = links[at];
    var steps = new LoopSteps(functions, tests);
    RunSteps whole = last.fused(RunSteps.of(steps, time == null ? null : time.function(), isEnveloped, claims));
    if (whole == null) return null;
    WholeRun run = Loops.of(whole);
    if (run == null) return null;
    var fused = new Fused(steps, loops, time, last, whole.end(), run);
    fused.sweep.journal = journal;
    fused.sweep.place = links.length;
    return fused;
  }

  /** {@return whether each element that comes through is a result that is emitted} */
  boolean emits() {
    return end == RunSteps.End.OUT || end == RunSteps.End.ROUTE;
  }

  /** {@return whether elements end in an operator, which says what became of them} */
  boolean isTaken() {
    return end == RunSteps.End.TAKE;
  }

  /** {@return how many elements the operator has not worked in so far} */
  int fates() {
    return last instanceof KeyedLink keyed ? keyed.fates : 0;
  }

  /**
   * Takes elements through all steps. What they make goes behind {@code count} in {@code out}. Returns what a step has
   * thrown; null if none has.
   */
  Exception run(Object[] in, int from, int to, Object[] out, int count) {
    sweep.out = out;
    sweep.count = count;
    Stamping stamping = time == null ? null : time.operator;
    if (stamping != null) {
      sweep.latest = stamping.latest();
      sweep.bound = stamping.boundNanos();
    }
    last.begin(sweep);
    Exception thrown = run.run(in, from, to, sweep);
    if (stamping != null) stamping.reached(sweep.latestBefore, sweep.latest);
    last.end(sweep);
    return thrown;
  }

  /** {@return the element in hand when a step threw} */
  int at() {
    return sweep.at;
  }

  /** {@return how many elements have reached the end} */
  int passed() {
    return sweep.passed;
  }

  int count() {
    return sweep.count;
  }

  /** Says which step has thrown, and what it was given of the element in hand. */
  void failed(LastFailure failure, ElementInHand element) {
    int step = sweep.step;
    Object value = loop.valueAt(Math.min(step, loop.size()), element.input());
    if (step < LoopSteps.MOST) {
      int local = step;
      for (LoopLink link : loops) {
        if (local < link.steps().size()) {
          failure.is(link.step + local, value, sweep.t, sweep.w, element.claim());
          return;
        }
        local -= link.steps().size();
      }
    }
    if (step == RunSteps.timeStep()) {
      failure.is(time.step, value, sweep.t, sweep.w, element.claim());
      return;
    }
    int own = step == RunSteps.endStep() && isTaken() ? 1 : 0;   // an operator's key is a step of its own
    failure.is(last.step + own, value, sweep.t, sweep.w, element.claim());
  }
}
