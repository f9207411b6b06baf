/** {@code ./stage nexmark}: queries over the events of an auction house, as other stream processors are measured by. */
package stage.samples.nexmark;
