/**
 * The interfaces between the engine and behaviours that are built in: the bridges to other protocols in
 * {@code stage.runtime.flow}, and the stages of a job in {@code stage.runtime.pipeline}. No bridge is implemented here.
 *
 * <p>A behaviour implements the interfaces that it needs, and the engine tests for them by type. The package knows
 * neither cells nor threads.
 */
package stage.runtime.bridge;
