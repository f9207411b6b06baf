package stage.runtime.pipeline;

import stage.api.pipeline.Failed;
import stage.api.pipeline.Fn;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.plan.Site;

/**
 * What happens to elements that some steps of a run fail on.
 *
 * @param how retries and the end; of no meaning where there is a function to recover
 * @param recover makes another element of a failure; null if there is none
 * @param from the first link that this covers
 * @param after the link that what was recovered goes to; -1 if there is nothing to recover
 * @param site the call that said so; that of the run's first step if nobody did
 * @param timeoutNanos how long an element may take; 0 for any time
 */
record Policy(OnFailure how, Fn<Failed, Object> recover, int from, int after, Site site, long timeoutNanos) {}
