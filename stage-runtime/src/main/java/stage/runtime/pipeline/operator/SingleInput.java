package stage.runtime.pipeline.operator;

/**
 * An operator with one input, which is most of them.
 *
 * @param <I> the type of the elements
 * @param <O> the type of the results
 */
public interface SingleInput<I, O> extends Operator<O>, Input<I, O> {
  @Override
  SingleInput<I, O> successor();
}
