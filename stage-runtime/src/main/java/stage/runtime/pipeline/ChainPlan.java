package stage.runtime.pipeline;

import java.util.List;
import java.util.function.Supplier;
import stage.api.pipeline.plan.Site;

/**
 * What a chain is made of, each time anew.
 *
 * @param stage the name of its stage
 * @param links makes its links
 * @param sites the call that made each of its steps
 * @param policies which policy each of them has
 * @param isCollecting whether a container of the user's is changed, so that what is in it must be settled
 */
record ChainPlan(String stage, Supplier<List<Link>> links, List<Site> sites, List<Policy> policies, boolean isCollecting) {}
