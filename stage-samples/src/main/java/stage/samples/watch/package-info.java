/** Draws a running scope on a terminal, from what any program can ask a supervisor. */
package stage.samples.watch;
