/**
 * What a pipeline computes with: keyed state, event time, windows, joins. Plain single-threaded classes, called by the
 * run they belong to; they commit and roll back with its turn. Knows the descriptions in {@code stage.api.pipeline} and
 * nothing of the engine: no clock, thread, lane or lock.
 */
package stage.runtime.pipeline.operator;
