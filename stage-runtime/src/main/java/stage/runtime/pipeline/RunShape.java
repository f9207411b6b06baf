package stage.runtime.pipeline;

import java.util.ArrayList;
import java.util.List;
import stage.api.pipeline.Criterion;
import stage.api.pipeline.Fn;

/**
 * What runs have in common that are the same loop: their steps, and the classes of the functions in them.
 *
 * @param loop of the first steps: of functions, and of conditions
 * @param tests which of those are conditions
 * @param time of the function that gives elements their time; null if there is none
 * @param key of the function that gives them a key; null if there is none
 * @param isEnveloped as {@link RunSteps} says
 * @param isKeyTravelling as {@link RunSteps} says
 * @param claims as {@link RunSteps} says
 * @param end as {@link RunSteps} says
 * @param fn of the function at the end; null if there is none
 */
record RunShape(List<Class<?>> loop, List<Boolean> tests, Class<?> time, Class<?> key, boolean isEnveloped,
    boolean isKeyTravelling, RunSteps.Claims claims, RunSteps.End end, Class<?> fn) {
  /** What a step is. */
  enum Kind { NOTHING, FUNCTION, TEST }

  static RunShape of(RunSteps steps) {
    List<Class<?>> loop = new ArrayList<>();
    List<Boolean> tests = new ArrayList<>();
    for (int i = 0; i < steps.loop().size(); i++) {
      Fn<Object, Object> function = steps.loop().fn(i);
      Criterion<Object> test = steps.loop().test(i);
      loop.add(classOf(test != null ? test : function));
      tests.add(test != null);
    }
    return new RunShape(List.copyOf(loop), List.copyOf(tests), classOf(steps.time()), classOf(steps.key()),
        steps.isEnveloped(), steps.isKeyTravelling(), steps.claims(), steps.end(), classOf(steps.fn()));
  }

  private static Class<?> classOf(Object function) {
    return function == null ? null : function.getClass();
  }

  Kind kind(int step) {
    if (step >= loop.size()) return Kind.NOTHING;
    return tests.get(step) ? Kind.TEST : Kind.FUNCTION;
  }
}
