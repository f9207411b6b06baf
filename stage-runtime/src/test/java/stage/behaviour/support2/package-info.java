/** Small hand-written stages, and what waits for them by facts. For the tests of lifecycle, handles and scope. */
package stage.behaviour.support2;
