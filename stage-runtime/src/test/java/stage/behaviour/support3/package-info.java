/** Crashes on purpose, and what they leave behind. For the tests of restart, redelivery and state. */
package stage.behaviour.support3;
