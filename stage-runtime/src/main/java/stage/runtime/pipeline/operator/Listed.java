package stage.runtime.pipeline.operator;

import java.util.List;

/**
 * A list that elements were kept for, and those that were left out of it to make room.
 *
 * @param elements the list
 * @param forgotten what else was kept until now
 */
public record Listed(List<Object> elements, List<Object> forgotten) {}
