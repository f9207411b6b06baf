package stage.runtime.pipeline;

/** The loop for JVMs that define no classes at run time, such as a native image: it walks over an array of steps. */
final class PlainLoop extends StoppedLoop {
  private final LoopSteps steps;

  PlainLoop(LoopSteps steps) {
    this.steps = steps;
  }

  @Override
  public int run(Object[] in, int from, int to, Object[] out, int count) throws Exception {
    made = count;
    for (at = from; at < to; at++) {
      Object result = one(in[at]);
      if (result != null) out[made++] = result;
    }
    return made;
  }

  @Override
  public Object one(Object element) throws Exception {
    Object value = element;
    for (step = 0; step < steps.size(); step++) {
      var fn = steps.fn(step);
      if (fn == null) {
        if (!steps.test(step).test(value)) return null;
        continue;
      }
      Object result = fn.apply(value);
      if (result == null)
        throw new NullPointerException("a step returned null; to leave an element out, use filter or mapMulti");
      value = result;
    }
    return value;
  }
}
