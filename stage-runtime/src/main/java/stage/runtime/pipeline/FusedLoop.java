package stage.runtime.pipeline;

import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import stage.api.pipeline.Criterion;
import stage.api.pipeline.Fn;

/**
 * The loop over a run's first steps: a template, of which each run has a clone as a hidden class of its own, see
 * {@link Loops}.
 *
 * <p>In a clone the functions are constants, taken from its class data, so that the compiler knows each call's
 * receiver and inlines it, and leaves out steps that are not there. With an array of steps, nested lambdas or linked
 * sinks, the steps of all pipelines of a JVM share their call sites, which makes these megamorphic: ten maps of a
 * {@code Long} took 10 to 20 times as long as a loop written by hand, and take 1.0 to 1.2 times as long here (JDK 21
 * and 25; {@code stage.samples.bench} has the measurement). Hence ten steps written out, and no method that they
 * share.
 */
final class FusedLoop extends StoppedLoop {
  private static final Fn<Object, Object> F0, F1, F2, F3, F4, F5, F6, F7, F8, F9;
  private static final Criterion<Object> C0, C1, C2, C3, C4, C5, C6, C7, C8, C9;

  static {
    LoopSteps steps;
    try {
      steps = MethodHandles.classData(MethodHandles.lookup(), ConstantDescs.DEFAULT_NAME, LoopSteps.class);
    } catch (IllegalAccessException impossible) {
      throw new ExceptionInInitializerError(impossible);   // a class may always look at its own data
    }
    if (steps == null) steps = LoopSteps.NONE;   // the template itself is never run
    F0 = steps.fn(0);
    C0 = steps.test(0);
    F1 = steps.fn(1);
    C1 = steps.test(1);
    F2 = steps.fn(2);
    C2 = steps.test(2);
    F3 = steps.fn(3);
    C3 = steps.test(3);
    F4 = steps.fn(4);
    C4 = steps.test(4);
    F5 = steps.fn(5);
    C5 = steps.test(5);
    F6 = steps.fn(6);
    C6 = steps.test(6);
    F7 = steps.fn(7);
    C7 = steps.test(7);
    F8 = steps.fn(8);
    C8 = steps.test(8);
    F9 = steps.fn(9);
    C9 = steps.test(9);
  }

  FusedLoop() {}

  @Override
  public int run(Object[] in, int from, int to, Object[] out, int count) throws Exception {
    int m = count;
    int i = from;
    int step = 0;
    try {
      for (; i < to; i++) {
        Object v = in[i];
        if (F0 != null) {
          step = 0;
          v = made(F0.apply(v));
        } else if (C0 != null) {
          step = 0;
          if (!C0.test(v)) continue;
        }
        if (F1 != null) {
          step = 1;
          v = made(F1.apply(v));
        } else if (C1 != null) {
          step = 1;
          if (!C1.test(v)) continue;
        }
        if (F2 != null) {
          step = 2;
          v = made(F2.apply(v));
        } else if (C2 != null) {
          step = 2;
          if (!C2.test(v)) continue;
        }
        if (F3 != null) {
          step = 3;
          v = made(F3.apply(v));
        } else if (C3 != null) {
          step = 3;
          if (!C3.test(v)) continue;
        }
        if (F4 != null) {
          step = 4;
          v = made(F4.apply(v));
        } else if (C4 != null) {
          step = 4;
          if (!C4.test(v)) continue;
        }
        if (F5 != null) {
          step = 5;
          v = made(F5.apply(v));
        } else if (C5 != null) {
          step = 5;
          if (!C5.test(v)) continue;
        }
        if (F6 != null) {
          step = 6;
          v = made(F6.apply(v));
        } else if (C6 != null) {
          step = 6;
          if (!C6.test(v)) continue;
        }
        if (F7 != null) {
          step = 7;
          v = made(F7.apply(v));
        } else if (C7 != null) {
          step = 7;
          if (!C7.test(v)) continue;
        }
        if (F8 != null) {
          step = 8;
          v = made(F8.apply(v));
        } else if (C8 != null) {
          step = 8;
          if (!C8.test(v)) continue;
        }
        if (F9 != null) {
          step = 9;
          v = made(F9.apply(v));
        } else if (C9 != null) {
          step = 9;
          if (!C9.test(v)) continue;
        }
        out[m++] = v;
      }
    } catch (Throwable thrown) {
      // not the value: it would have to be there in memory at each step, which costs 2 to 6 times as much
      failed(i, m, step);
      throw thrown;
    }
    return m;
  }

  @Override
  public Object one(Object element) throws Exception {
    Object v = element;
    int step = 0;
    try {
        if (F0 != null) {
          step = 0;
          v = made(F0.apply(v));
        } else if (C0 != null) {
          step = 0;
          if (!C0.test(v)) return null;
        }
        if (F1 != null) {
          step = 1;
          v = made(F1.apply(v));
        } else if (C1 != null) {
          step = 1;
          if (!C1.test(v)) return null;
        }
        if (F2 != null) {
          step = 2;
          v = made(F2.apply(v));
        } else if (C2 != null) {
          step = 2;
          if (!C2.test(v)) return null;
        }
        if (F3 != null) {
          step = 3;
          v = made(F3.apply(v));
        } else if (C3 != null) {
          step = 3;
          if (!C3.test(v)) return null;
        }
        if (F4 != null) {
          step = 4;
          v = made(F4.apply(v));
        } else if (C4 != null) {
          step = 4;
          if (!C4.test(v)) return null;
        }
        if (F5 != null) {
          step = 5;
          v = made(F5.apply(v));
        } else if (C5 != null) {
          step = 5;
          if (!C5.test(v)) return null;
        }
        if (F6 != null) {
          step = 6;
          v = made(F6.apply(v));
        } else if (C6 != null) {
          step = 6;
          if (!C6.test(v)) return null;
        }
        if (F7 != null) {
          step = 7;
          v = made(F7.apply(v));
        } else if (C7 != null) {
          step = 7;
          if (!C7.test(v)) return null;
        }
        if (F8 != null) {
          step = 8;
          v = made(F8.apply(v));
        } else if (C8 != null) {
          step = 8;
          if (!C8.test(v)) return null;
        }
        if (F9 != null) {
          step = 9;
          v = made(F9.apply(v));
        } else if (C9 != null) {
          step = 9;
          if (!C9.test(v)) return null;
        }
    } catch (Throwable thrown) {
      failed(0, 0, step);
      throw thrown;
    }
    return v;
  }

  private void failed(int at, int made, int step) {
    this.at = at;
    this.made = made;
    this.step = step;
  }

  private static Object made(Object value) {
    if (value == null)
      throw new NullPointerException("a step returned null; to leave an element out, use filter or mapMulti");
    return value;
  }
}
