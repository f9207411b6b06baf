package stage.runtime.pipeline.operator;

import java.util.List;

/**
 * A list of elements that were kept for it.
 *
 * @param elements the list
 */
public record Listed(List<Object> elements) {}
