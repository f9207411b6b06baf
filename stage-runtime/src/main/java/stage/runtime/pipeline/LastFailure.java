package stage.runtime.pipeline;

import stage.runtime.pipeline.receipt.Claim;

/** What a step has thrown last: which step, and what it was given. The run's own thread. */
final class LastFailure {
  private int count;
  private int step;
  private Object value;
  private Claim claim;   // what that answers for, where the policy of the step begins
  private long t;
  private long w;

  void is(int failedStep, Object given, long itsT, long itsW, Claim itsClaim) {
    count++;
    step = failedStep;
    value = given;
    t = itsT;
    w = itsW;
    claim = itsClaim;
  }

  /** It was undone up to a link that was given something else. */
  void passedBack(Claim given) {
    claim = given;
  }

  /** {@return how many there were} By that a link sees whether a failure that passes it is a new one. */
  int count() {
    return count;
  }

  int step() {
    return step;
  }

  Object value() {
    return value;
  }

  Claim claim() {
    return claim;
  }

  long t() {
    return t;
  }

  long w() {
    return w;
  }
}
