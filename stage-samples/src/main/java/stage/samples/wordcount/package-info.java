/** {@code ./stage wordcount}: how often each word occurs. */
package stage.samples.wordcount;
