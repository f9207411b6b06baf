package stage.runtime.pipeline;

import java.time.Instant;
import stage.api.pipeline.Fn;

/**
 * The functions of a run that can be fused as a whole: see {@link FusedRun}.
 *
 * @param loop its first steps
 * @param time gives elements their time; null if none does
 * @param key of an element; null if there is none, or all have the same
 * @param isEnveloped whether elements come in envelopes
 * @param isKeyTravelling whether their key has come with them
 * @param claims what happens to what elements answer for
 * @param end what happens to an element at last
 * @param fn the user's function for that; null if there is none
 */
record RunSteps(LoopSteps loop, Fn<Object, Instant> time, Fn<Object, Object> key, boolean isEnveloped,
    boolean isKeyTravelling, Claims claims, End end, Object fn) {
  static final RunSteps NONE = new RunSteps(LoopSteps.NONE, null, null, false, false, Claims.NONE, End.COUNT,
      null);

  /** What happens to what elements answer for. */
  enum Claims {
    /** They answer for nothing. */
    NONE,
    /** It is settled. */
    SETTLED,
    /** The one result that comes of an element answers for it; without one it is settled. */
    CARRIED_ON
  }

  /** {@return the steps before the end} */
  static RunSteps of(LoopSteps loop, Fn<Object, Instant> time, boolean isEnveloped, Claims claims) {
    return new RunSteps(loop, time, null, isEnveloped, false, claims, null, null);
  }

  /** {@return the same with an end} */
  RunSteps to(End itsEnd, Object itsFn) {
    return new RunSteps(loop, time, key, isEnveloped, isKeyTravelling, claims, itsEnd, itsFn);
  }

  /** {@return the same with a key} */
  RunSteps by(Fn<Object, Object> itsKey, boolean hasItCome) {
    return new RunSteps(loop, time, itsKey, isEnveloped, hasItCome, claims, end, fn);
  }

  /** What happens to an element at last. */
  enum End {
    /** It is emitted. */
    OUT,
    /** It is emitted to one of several workers, with its key. */
    ROUTE,
    /** An operator takes it. */
    TAKE,
    /** It is counted. */
    COUNT,
    /** It is folded with those before it. */
    FOLD,
    /** The user does something with it. */
    EACH
  }

  /** {@return the number of the step that gives an element its time} The steps of the loop come before. */
  static int timeStep() {
    return LoopSteps.MOST;
  }

  static int keyStep() {
    return LoopSteps.MOST + 1;
  }

  static int endStep() {
    return LoopSteps.MOST + 2;
  }
}
