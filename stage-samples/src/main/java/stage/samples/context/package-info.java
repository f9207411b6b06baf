/** {@code ./stage context}: two kinds of context on the threads of a scope. */
package stage.samples.context;
