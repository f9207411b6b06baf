package stage.api.supervision;

/**
 * Decides what a supervisor does about each crash.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface DecisionRule {
  /** The default: {@link Decision#RESTART}, always. */
  DecisionRule RESTART = failure -> Decision.RESTART;

  /**
   * Decides. Runs on the thread of the stage that crashed, under no lock; the stage waits for it.
   *
   * @param failure the crash
   * @return what to do, not null
   * @throws Exception logged; the decision is then {@link Decision#RESTART}, as it is for null
   */
  Decision decide(Failure failure) throws Exception;
}
