package stage.runtime.pipeline;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import stage.api.pipeline.plan.Site;

/**
 * What a chain is made of, each time anew.
 *
 * @param stage the name of its stage
 * @param links makes its links
 * @param sites the call that made each of its steps
 * @param policies which policy each of them has
 * @param sides which side the events of a producer are of; empty if it does not matter
 * @param feeds how many producers each side has
 * @param lanes the number of each producer
 * @param sources which stages the times of each producer's events come from
 * @param idleAfterNanos after how long a silence its source counts as idle; 0 for never
 * @param isRaw whether elements come without envelopes
 * @param isCounted whether elements may answer for deliveries
 * @param copies how many consumers get each of its results, and settle what that answers for; 0 if none does
 * @param isCollecting whether a user's container is changed, so that what is in it must be settled
 */
record ChainPlan(String stage, Supplier<List<Link>> links, List<Site> sites, List<Policy> policies, boolean isRaw,
    boolean isCounted, int copies, boolean isCollecting,
    Map<String, Integer> sides, List<Integer> feeds, Map<String, Integer> lanes,
    List<Set<StagePlan>> sources, long idleAfterNanos) {}
