/** Stages and helpers for tests of the flow of events. Nothing here sleeps: what a test waits for is a queue, a latch or an answer. */
package stage.behaviour.support1;
