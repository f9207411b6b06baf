package stage.samples.flights;

/**
 * What a flight counts for: all that is left of a line once it is known what to group by.
 *
 * @param key the key it is grouped under
 * @param delay its delay in minutes, negative if it was early; within {@link Delay#LEAST} and {@link Delay#MOST}
 */
record Flight(String key, int delay) implements Row {}
