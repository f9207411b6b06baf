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
   * Decides. Runs on the thread of the stage that crashed, under no lock; the stage waits for it. It should not block:
   * a thread cannot be replaced while it is in a rule, so one whose rule never returns is left alive when its scope has
   * closed, which {@code close} reports.
   *
   * @param failure the crash
   * @return what to do, not null
   * @throws Exception logged; the decision is then {@link Decision#RESTART}, as it is for null
   */
  Decision decide(Failure failure) throws Exception;
}
