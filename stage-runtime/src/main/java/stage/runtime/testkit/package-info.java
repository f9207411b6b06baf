/**
 * For tests of stages: a simulated runtime that runs them unchanged under many schedules and crashes, each of which can be repeated; probes to stand at
 * both ends of a stage; and the books of a scope, to be audited.
 */
package stage.runtime.testkit;
