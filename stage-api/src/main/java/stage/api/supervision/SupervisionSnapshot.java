package stage.api.supervision;

/**
 * What a supervisor and those below it have counted since they were started. Each number is exact, but they are not all
 * of the same instant.
 *
 * @param crashes incarnations that ended by a throwable or by force
 * @param restarts incarnations that took over, those of a group restart included
 * @param escalations supervisors that gave up
 * @param deadLetters events given up
 * @param deadLettersUnhandled those on which a handler threw, and those that it or {@link Supervisor#deadLetters()}
 *     could not take in time
 * @param eventsDropped events dropped by an overflow policy, or for lack of redelivery
 * @param abandoned threads that ignored their interrupt and were left to themselves
 * @param refused how often such threads did something later, which was refused
 * @param errorsAfterCancel how often stages threw that were ending anyway: after they were cancelled (other than for
 *     the interrupt itself), or for a message that came while they delivered their last events
 * @param listenerFailures how often the listener threw
 * @since 0.1
 */
public record SupervisionSnapshot(
    long crashes,
    long restarts,
    long escalations,
    long deadLetters,
    long deadLettersUnhandled,
    long eventsDropped,
    int abandoned,
    long refused,
    long errorsAfterCancel,
    long listenerFailures) {}
