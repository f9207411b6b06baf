package stage.samples.lines;

/**
 * A line of an input.
 *
 * @param index which line of all inputs it is, from 0
 * @param input the input's name
 * @param number which line it is there, from 1
 * @param text the line, without its end
 */
public record Line(long index, String input, long number, String text) {}
