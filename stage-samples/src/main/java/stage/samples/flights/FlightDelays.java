package stage.samples.flights;

/**
 * The flights of one key in one block. They go together, because a block has many of each key: so there is less to
 * share out, and fewer counts to copy.
 *
 * @param key the key they are grouped under
 * @param minutes the delay of each; never changed
 */
record FlightDelays(String key, int[] minutes) implements Row {}
