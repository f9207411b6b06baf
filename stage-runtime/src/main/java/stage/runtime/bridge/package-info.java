/**
 * What a behaviour of the runtime may know of the engine, and the engine of it: bridges to other protocols, and the
 * steps of a pipeline.
 *
 * <p>Behaviours implement what they need of it, and the engine asks for it by type. The package knows neither cells nor
 * threads.
 */
package stage.runtime.bridge;
