/**
 * Threads, waiting and clocks: everything that a simulated runtime has to replace.
 *
 * <p>The engine comes in through {@link stage.runtime.time.Time}; nothing outside this package starts a thread, parks
 * one or reads a clock. The package must not know what a stage is: it drives {@link stage.runtime.time.StepMachine}s.
 */
package stage.runtime.time;
