/**
 * What users test their stages with, and the only package that this module exports to everybody: a simulated runtime
 * that runs unchanged stages in many schedules, with crashes, and can repeat each of them; probes for both ends of a
 * stage; and an audit of a scope's ledgers.
 */
package stage.runtime.testkit;
