/** A dispatcher of your own, as the guide shows it. */
package stage.samples.dispatch;
