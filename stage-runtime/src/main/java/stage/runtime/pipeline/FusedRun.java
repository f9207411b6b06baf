package stage.runtime.pipeline;

import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import java.time.Instant;
import java.util.Objects;
import stage.api.pipeline.Action;
import stage.api.pipeline.All;
import stage.api.pipeline.Criterion;
import stage.api.pipeline.Fn;
import stage.api.pipeline.Fold;
import stage.runtime.pipeline.operator.Keys;
import stage.runtime.pipeline.operator.SingleInput;
import stage.runtime.pipeline.operator.Stamping;
import stage.runtime.pipeline.operator.Times;

/**
 * The loop over a whole run: its first steps, time, key, and what becomes of an element at last. A template, as {@link
 * FusedLoop} is, of which each run has a clone with its functions as constants.
 *
 * <p>What is not there costs nothing, and what an element comes to on its way, its time above all, stays in registers:
 * counting 1,000 keys in windows of event time took 80 to 110 ns for an element that was handed on from link to link,
 * and takes 30 to 40 here.
 *
 * <p>Only for runs whose links leave no trace of an element that throws, see {@link Chain}; the time alone has moved
 * on by then, and is known as it was before.
 */
final class FusedRun implements WholeRun {
  private static final Fn<Object, Object> F0, F1, F2, F3, F4, F5, F6, F7, F8, F9;
  private static final Criterion<Object> C0, C1, C2, C3, C4, C5, C6, C7, C8, C9;
  private static final Fn<Object, Instant> TIME;
  private static final Fn<Object, Object> KEY;
  private static final boolean IS_ENVELOPED;
  private static final boolean IS_KEY_TRAVELLING;
  private static final RunSteps.End END;
  private static final Fold<Object, Object> FOLD;
  private static final Action<Object> ACTION;
  private static final int WORKERS;

  static {
    RunSteps steps;
    try {
      steps = MethodHandles.classData(MethodHandles.lookup(), ConstantDescs.DEFAULT_NAME, RunSteps.class);
    } catch (IllegalAccessException impossible) {
      throw new ExceptionInInitializerError(impossible);   // a class may always look at its own data
    }
    if (steps == null) steps = RunSteps.NONE;   // the template itself is never run
    LoopSteps loop = steps.loop();
    F0 = loop.fn(0);
    C0 = loop.test(0);
    F1 = loop.fn(1);
    C1 = loop.test(1);
    F2 = loop.fn(2);
    C2 = loop.test(2);
    F3 = loop.fn(3);
    C3 = loop.test(3);
    F4 = loop.fn(4);
    C4 = loop.test(4);
    F5 = loop.fn(5);
    C5 = loop.test(5);
    F6 = loop.fn(6);
    C6 = loop.test(6);
    F7 = loop.fn(7);
    C7 = loop.test(7);
    F8 = loop.fn(8);
    C8 = loop.test(8);
    F9 = loop.fn(9);
    C9 = loop.test(9);
    TIME = steps.time();
    KEY = steps.key();
    IS_ENVELOPED = steps.isEnveloped();
    IS_KEY_TRAVELLING = steps.isKeyTravelling();
    END = steps.end();
    FOLD = fold(steps);
    ACTION = action(steps);
    WORKERS = steps.workers();
  }

  FusedRun() {}

  @SuppressWarnings("unchecked")   // the pipeline's types have said so
  private static Fold<Object, Object> fold(RunSteps steps) {
    return steps.end() == RunSteps.End.FOLD ? (Fold<Object, Object>) steps.fn() : null;
  }

  @SuppressWarnings("unchecked")   // the pipeline's types have said so
  private static Action<Object> action(RunSteps steps) {
    return steps.end() == RunSteps.End.EACH ? (Action<Object>) steps.fn() : null;
  }

  @Override
  public void run(Object[] in, int from, int to, Sweep sweep) throws Exception {
    SingleInput<Object, Object> operator = sweep.operator;
    Object[] out = sweep.out;
    int m = sweep.count;
    long bound = sweep.bound;
    long latest = sweep.latest;
    long before = latest;
    Object folded = sweep.folded;
    long t = Times.NEVER;
    long w = Times.NEVER;
    int passed = 0;
    int step = 0;
    int i = from;
    try {
      for (; i < to; i++) {
        Object v = in[i];
        Object key = null;
        t = Times.NEVER;
        w = Times.NEVER;
        before = latest;
        if (IS_ENVELOPED && v instanceof Envelope envelope) {
          v = envelope.value();
          t = envelope.t();
          w = envelope.w();
          if (IS_KEY_TRAVELLING) key = envelope.key();
        }
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
        if (TIME != null) {
          step = LoopSteps.MOST;
          t = Stamping.stamp(TIME.apply(v), latest, v);
          w = Times.minus(latest, bound);
          if (t > latest) latest = t;
        }
        if (KEY != null && key == null) {
          step = LoopSteps.MOST + 1;
          key = Objects.requireNonNull(KEY.apply(v), "the key of an element is never null");
        }
        if (END == RunSteps.End.TAKE) {
          step = LoopSteps.MOST + 2;
          operator.take(key == null ? All.ALL : key, v, t, w, sweep.results);
        } else if (END == RunSteps.End.OUT) {
          out[m++] = t != Times.NEVER || w != Times.NEVER ? new Envelope(v, null, t, w, 0) : v;
        } else if (END == RunSteps.End.ROUTE) {
          int worker = Keys.worker(Keys.bucket(Keys.hash(key)), WORKERS);   // a hashCode that throws is the key's
          out[m++] = new Envelope(v, key, t, w, worker);
        } else if (END == RunSteps.End.FOLD) {
          step = LoopSteps.MOST + 2;
          folded = Objects.requireNonNull(FOLD.apply(folded, v), "a fold made null; what is folded is never null");
        } else if (END == RunSteps.End.EACH) {
          step = LoopSteps.MOST + 2;
          ACTION.run(v);
        }
        passed++;
      }
    } finally {
      // not the value: it would have to be there in memory at each step, which costs 2 to 6 times as much
      sweep.at = i;
      sweep.step = step;
      sweep.passed = passed;
      sweep.count = m;
      sweep.latestBefore = before;
      sweep.latest = latest;
      sweep.t = t;
      sweep.w = w;
      sweep.folded = folded;
    }
  }

  private static Object made(Object value) {
    if (value == null)
      throw new NullPointerException("a step returned null; to leave an element out, use filter or mapMulti");
    return value;
  }
}
