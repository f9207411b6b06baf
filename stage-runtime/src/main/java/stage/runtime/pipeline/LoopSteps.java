package stage.runtime.pipeline;

import java.util.List;
import stage.api.pipeline.Criterion;
import stage.api.pipeline.Fn;

/**
 * The functions of a loop.
 *
 * @param functions each makes an element of another; null where a step is a condition
 * @param tests which elements pass; null where a step is a function
 */
record LoopSteps(List<Fn<Object, Object>> functions, List<Criterion<Object>> tests) {
  /** How many steps a loop has at most; longer runs have several loops. */
  static final int MOST = 10;

  static final LoopSteps NONE = new LoopSteps(List.of(), List.of());

  Fn<Object, Object> fn(int step) {
    return step < functions.size() ? functions.get(step) : null;
  }

  Criterion<Object> test(int step) {
    return step < tests.size() ? tests.get(step) : null;
  }

  /**
   * {@return what a step is given of an element} Runs the steps before it again; what there is so far if one of them
   * now throws.
   */
  Object valueAt(int step, Object element) {
    Object value = element;
    try {
      for (int i = 0; i < step; i++) if (functions.get(i) != null) value = functions.get(i).apply(value);
    } catch (Exception differs) {
      return value;   // a function that does not do the same again: this is for a message only
    }
    return value;
  }

  int size() {
    return functions.size();
  }
}
