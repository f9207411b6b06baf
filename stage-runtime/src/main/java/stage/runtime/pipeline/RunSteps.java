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
 * @param end what becomes of an element at last
 * @param fn the user's function for that; null if there is none
 * @param workers how many share the elements out, if that is their end
 */
record RunSteps(LoopSteps loop, Fn<Object, Instant> time, Fn<Object, Object> key, boolean isEnveloped,
    boolean isKeyTravelling, End end, Object fn, int workers) {
  static final RunSteps NONE = new RunSteps(LoopSteps.NONE, null, null, false, false, End.COUNT, null, 0);

  /** What becomes of an element at last. */
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
