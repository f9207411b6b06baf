/** Supervision as a user sees it: the entries S1-S60 of the list, each test with its numbers. */
package stage.behaviour.supervision;
