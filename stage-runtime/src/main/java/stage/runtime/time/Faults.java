package stage.runtime.time;

/**
 * Harm that a simulated runtime does at the borders of user code: what it throws is taken for thrown by that code. In
 * production there is none, which costs a look at a field that never changes.
 */
public interface Faults {
  /**
   * User code is about to run. On the driver's thread.
   *
   * @param machine whose
   * @param what which
   */
  void before(StepMachine machine, Activity what);

  /**
   * User code has run, whether it returned or threw; what this throws takes the place of that. On the driver's thread.
   *
   * @param machine whose
   * @param what which
   */
  void after(StepMachine machine, Activity what);
}
