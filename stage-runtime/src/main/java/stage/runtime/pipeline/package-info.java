/**
 * Plans a pipeline into stages and runs it: the planner, the runs of fused steps, their links, and what a job's
 * stages share.
 *
 * <p>It sees the contracts, the nodes of a description, the operators, and of the engine only what
 * {@code stage.runtime.bridge} offers to built-in behaviours. It does not know how cells or lanes work.
 */
package stage.runtime.pipeline;
