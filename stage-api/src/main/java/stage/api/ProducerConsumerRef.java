package stage.api;

/**
 * A handle to a running stage that consumes events and emits others.
 *
 * @param <I> the events it consumes
 * @param <O> the events it emits
 * @param <S> the behaviour's type
 */
public interface ProducerConsumerRef<I, O, S> extends ProducerRef<O, S>, ConsumerRef<I, S> {}
