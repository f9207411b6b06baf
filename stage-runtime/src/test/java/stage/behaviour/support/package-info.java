/**
 * Small hand-written stages, crashes on purpose and what they leave behind, and what waits for facts. Nothing here
 * sleeps: what a test waits for is a queue, a latch or an answer.
 */
package stage.behaviour.support;
