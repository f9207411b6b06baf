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
import stage.runtime.pipeline.RunShape.Kind;
import stage.runtime.pipeline.operator.Keys;
import stage.runtime.pipeline.operator.SingleInput;
import stage.runtime.pipeline.operator.Stamping;
import stage.runtime.pipeline.operator.Times;
import stage.runtime.pipeline.receipt.Carried;
import stage.runtime.pipeline.receipt.Claim;
import stage.runtime.pipeline.receipt.Journal;

/**
 * The loop over a whole run: its first steps, time, key, and what happens to an element at last. A template, as {@link
 * FusedLoop} is. There is a clone for each shape of a run: which steps it has, and of which classes their functions
 * are. What each call meets is then one class, which the compiler inlines. Not the functions themselves, as in that
 * loop: those that a method has made of its arguments differ from job to job, and a clone for each would start cold
 * each time, and take microseconds for an element until it is compiled.
 *
 * <p>What is not there costs nothing, and what an element comes to on its way, its time above all, stays in registers.
 *
 * <p>Only for runs whose links leave no trace of an element that throws, see {@link Chain}; the time alone has moved
 * on by then, and is known as it was before.
 */
final class FusedRun implements WholeRun {
  private static final Kind K0, K1, K2, K3, K4, K5, K6, K7, K8, K9;
  private static final boolean HAS_TIME;
  private static final boolean HAS_KEY;
  private static final int ALL_HASH = Keys.hash(All.ALL);
  private static final boolean IS_ENVELOPED;
  private static final boolean IS_KEY_TRAVELLING;
  private static final RunSteps.Claims CLAIMS;
  private static final RunSteps.End END;

  static {
    RunShape shape;
    try {
      shape = MethodHandles.classData(MethodHandles.lookup(), ConstantDescs.DEFAULT_NAME, RunShape.class);
    } catch (IllegalAccessException impossible) {
      throw new ExceptionInInitializerError(impossible);   // a class may always look at its own data
    }
    if (shape == null) shape = RunShape.of(RunSteps.NONE);   // the template itself is never run
    K0 = shape.kind(0);
    K1 = shape.kind(1);
    K2 = shape.kind(2);
    K3 = shape.kind(3);
    K4 = shape.kind(4);
    K5 = shape.kind(5);
    K6 = shape.kind(6);
    K7 = shape.kind(7);
    K8 = shape.kind(8);
    K9 = shape.kind(9);
    HAS_TIME = shape.time() != null;
    HAS_KEY = shape.key() != null;
    IS_ENVELOPED = shape.isEnveloped();
    IS_KEY_TRAVELLING = shape.isKeyTravelling();
    CLAIMS = shape.claims();
    END = shape.end();
  }

  private final RunSteps steps;

  FusedRun(RunSteps steps) {
    this.steps = steps;
  }

  @SuppressWarnings("unchecked")   // the pipeline's types have said so
  private Fold<Object, Object> fold() {
    return END == RunSteps.End.FOLD ? (Fold<Object, Object>) steps.fn() : null;
  }

  @SuppressWarnings("unchecked")   // the pipeline's types have said so
  private Action<Object> action() {
    return END == RunSteps.End.EACH ? (Action<Object>) steps.fn() : null;
  }

  @Override
  public Exception run(Object[] in, int from, int to, Sweep sweep) {
    LoopSteps loop = steps.loop();
    Fn<Object, Object> f0 = loop.fn(0);
    Fn<Object, Object> f1 = loop.fn(1);
    Fn<Object, Object> f2 = loop.fn(2);
    Fn<Object, Object> f3 = loop.fn(3);
    Fn<Object, Object> f4 = loop.fn(4);
    Fn<Object, Object> f5 = loop.fn(5);
    Fn<Object, Object> f6 = loop.fn(6);
    Fn<Object, Object> f7 = loop.fn(7);
    Fn<Object, Object> f8 = loop.fn(8);
    Fn<Object, Object> f9 = loop.fn(9);
    Criterion<Object> c0 = loop.test(0);
    Criterion<Object> c1 = loop.test(1);
    Criterion<Object> c2 = loop.test(2);
    Criterion<Object> c3 = loop.test(3);
    Criterion<Object> c4 = loop.test(4);
    Criterion<Object> c5 = loop.test(5);
    Criterion<Object> c6 = loop.test(6);
    Criterion<Object> c7 = loop.test(7);
    Criterion<Object> c8 = loop.test(8);
    Criterion<Object> c9 = loop.test(9);
    Fn<Object, Instant> time = steps.time();
    Fn<Object, Object> keyOf = steps.key();
    Fold<Object, Object> fold = fold();
    Action<Object> action = action();
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
    Exception thrown = null;
    Journal journal = sweep.journal;
    Claim claim = null;   // what the element in hand answers for, as long as nothing has come of it
    try {
      for (; i < to; i++) {
        Object v = in[i];
        Object key = null;
        t = Times.NEVER;
        w = Times.NEVER;
        int hash = 0;
        boolean hasCome = false;
        before = latest;
        if (CLAIMS != RunSteps.Claims.NONE && claim != null) {   // nothing has come of the one before
          journal.settle(claim, null, sweep.place);
          claim = null;
        }
        if (IS_ENVELOPED && v instanceof Envelope envelope) {
          v = envelope.value();
          t = envelope.t();
          w = envelope.w();
          if (IS_KEY_TRAVELLING) {
            key = envelope.key();
            hash = envelope.route();
            hasCome = key != null;
          }
        }
        if (CLAIMS != RunSteps.Claims.NONE && v instanceof Carried carried) {
          v = carried.value();
          claim = carried.claim();
        }
        if (K0 == Kind.FUNCTION) {
          step = 0;
          v = made(f0.apply(v));
        } else if (K0 == Kind.TEST) {
          step = 0;
          if (!c0.test(v)) continue;
        }
        if (K1 == Kind.FUNCTION) {
          step = 1;
          v = made(f1.apply(v));
        } else if (K1 == Kind.TEST) {
          step = 1;
          if (!c1.test(v)) continue;
        }
        if (K2 == Kind.FUNCTION) {
          step = 2;
          v = made(f2.apply(v));
        } else if (K2 == Kind.TEST) {
          step = 2;
          if (!c2.test(v)) continue;
        }
        if (K3 == Kind.FUNCTION) {
          step = 3;
          v = made(f3.apply(v));
        } else if (K3 == Kind.TEST) {
          step = 3;
          if (!c3.test(v)) continue;
        }
        if (K4 == Kind.FUNCTION) {
          step = 4;
          v = made(f4.apply(v));
        } else if (K4 == Kind.TEST) {
          step = 4;
          if (!c4.test(v)) continue;
        }
        if (K5 == Kind.FUNCTION) {
          step = 5;
          v = made(f5.apply(v));
        } else if (K5 == Kind.TEST) {
          step = 5;
          if (!c5.test(v)) continue;
        }
        if (K6 == Kind.FUNCTION) {
          step = 6;
          v = made(f6.apply(v));
        } else if (K6 == Kind.TEST) {
          step = 6;
          if (!c6.test(v)) continue;
        }
        if (K7 == Kind.FUNCTION) {
          step = 7;
          v = made(f7.apply(v));
        } else if (K7 == Kind.TEST) {
          step = 7;
          if (!c7.test(v)) continue;
        }
        if (K8 == Kind.FUNCTION) {
          step = 8;
          v = made(f8.apply(v));
        } else if (K8 == Kind.TEST) {
          step = 8;
          if (!c8.test(v)) continue;
        }
        if (K9 == Kind.FUNCTION) {
          step = 9;
          v = made(f9.apply(v));
        } else if (K9 == Kind.TEST) {
          step = 9;
          if (!c9.test(v)) continue;
        }
        if (HAS_TIME) {
          step = LoopSteps.MOST;
          t = Stamping.stamp(time.apply(v), latest);
          w = Times.minus(latest, bound);
          if (t > latest) latest = t;
        }
        if (HAS_KEY && key == null) {
          step = LoopSteps.MOST + 1;
          key = Objects.requireNonNull(keyOf.apply(v), "the key of an element must not be null");
        }
        if (END == RunSteps.End.TAKE) {
          step = LoopSteps.MOST + 2;
          if (!HAS_KEY) operator.take(All.ALL, ALL_HASH, v, t, w, sweep.results);
          else operator.take(key, hasCome ? hash : Keys.hash(key), v, t, w, sweep.results);
        } else if (END == RunSteps.End.OUT) {
          if (CLAIMS == RunSteps.Claims.CARRIED_ON) {
            v = Carried.of(v, claim);
            claim = null;
          }
          out[m++] = t != Times.NEVER || w != Times.NEVER ? Envelope.of(v, null, t, w, 0) : v;
        } else if (END == RunSteps.End.ROUTE) {
          int itsHash = Keys.hash(key);   // a hashCode that throws is the key's
          if (CLAIMS == RunSteps.Claims.CARRIED_ON) {
            v = Carried.of(v, claim);
            claim = null;
          }
          out[m++] = Envelope.of(v, key, t, w, itsHash);
        } else if (END == RunSteps.End.FOLD) {
          step = LoopSteps.MOST + 2;
          folded = Objects.requireNonNull(fold.apply(folded, v), "a fold returned null; its result must not be null");
        } else if (END == RunSteps.End.EACH) {
          step = LoopSteps.MOST + 2;
          action.run(v);
        }
        passed++;
      }
      if (CLAIMS != RunSteps.Claims.NONE && claim != null) journal.settle(claim, null, sweep.place);
    } catch (Exception itsOwn) {   // answered, because to throw it on through three methods takes half a microsecond
      thrown = itsOwn;
    }
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
    return thrown;
  }

  private static Object made(Object value) {
    if (value == null)
      throw new NullPointerException("a step returned null; to leave an element out, use filter or mapMulti");
    return value;
  }
}
