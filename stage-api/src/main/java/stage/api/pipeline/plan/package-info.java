/**
 * What a pipeline is made of: nodes, each with the line of user code that made it. Written by {@code
 * stage.api.pipeline}, read by the runtime, and seen by nobody else: the package is exported to {@code stage.runtime}
 * only.
 */
package stage.api.pipeline.plan;
