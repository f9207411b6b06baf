package stage.runtime.flow;

import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Spliterator;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collector;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * A stream that is closed when its terminal operation is over. The JDK's own do not tell their source when they need no
 * more of it, as after {@code limit}; a producer has to know. The streams of primitives that are made of it, its
 * iterator and its spliterator are the JDK's own.
 *
 * @param stream what does the work
 * @param <T> the elements
 */
record ClosingStream<T>(Stream<T> stream) implements Stream<T> {
  /** Runs a terminal operation. */
  private <R> R over(Function<Stream<T>, R> operation) {
    try (stream) {
      return operation.apply(stream);
    }
  }

  private static <T> Stream<T> closing(Stream<T> stream) {
    return new ClosingStream<>(stream);
  }

  // ---- intermediate operations

  @Override
  public Stream<T> filter(Predicate<? super T> predicate) {
    return closing(stream.filter(predicate));
  }

  @Override
  public <R> Stream<R> map(Function<? super T, ? extends R> mapper) {
    return closing(stream.map(mapper));
  }

  @Override
  public <R> Stream<R> flatMap(Function<? super T, ? extends Stream<? extends R>> mapper) {
    return closing(stream.flatMap(mapper));
  }

  @Override
  public <R> Stream<R> mapMulti(BiConsumer<? super T, ? super Consumer<R>> mapper) {
    return closing(stream.mapMulti(mapper));
  }

  @Override
  public Stream<T> distinct() {
    return closing(stream.distinct());
  }

  @Override
  public Stream<T> sorted() {
    return closing(stream.sorted());
  }

  @Override
  public Stream<T> sequential() {
    return closing(stream.sequential());
  }

  @Override
  public Stream<T> parallel() {
    return closing(stream.parallel());
  }

  @Override
  public Stream<T> unordered() {
    return closing(stream.unordered());
  }

  @Override
  public Stream<T> sorted(Comparator<? super T> comparator) {
    return closing(stream.sorted(comparator));
  }

  @Override
  public Stream<T> peek(Consumer<? super T> action) {
    return closing(stream.peek(action));
  }

  @Override
  public Stream<T> limit(long most) {
    return closing(stream.limit(most));
  }

  @Override
  public Stream<T> skip(long elements) {
    return closing(stream.skip(elements));
  }

  @Override
  public Stream<T> takeWhile(Predicate<? super T> predicate) {
    return closing(stream.takeWhile(predicate));
  }

  @Override
  public Stream<T> dropWhile(Predicate<? super T> predicate) {
    return closing(stream.dropWhile(predicate));
  }

  @Override
  public Stream<T> onClose(Runnable handler) {
    return closing(stream.onClose(handler));
  }

  @Override
  public IntStream mapToInt(ToIntFunction<? super T> mapper) {
    return stream.mapToInt(mapper);
  }

  @Override
  public LongStream mapToLong(ToLongFunction<? super T> mapper) {
    return stream.mapToLong(mapper);
  }

  @Override
  public DoubleStream mapToDouble(ToDoubleFunction<? super T> mapper) {
    return stream.mapToDouble(mapper);
  }

  @Override
  public IntStream flatMapToInt(Function<? super T, ? extends IntStream> mapper) {
    return stream.flatMapToInt(mapper);
  }

  @Override
  public LongStream flatMapToLong(Function<? super T, ? extends LongStream> mapper) {
    return stream.flatMapToLong(mapper);
  }

  @Override
  public DoubleStream flatMapToDouble(Function<? super T, ? extends DoubleStream> mapper) {
    return stream.flatMapToDouble(mapper);
  }

  // ---- terminal operations

  @Override
  public void forEach(Consumer<? super T> action) {
    try (stream) {
      stream.forEach(action);
    }
  }

  @Override
  public void forEachOrdered(Consumer<? super T> action) {
    try (stream) {
      stream.forEachOrdered(action);
    }
  }

  @Override
  public Object[] toArray() {
    return over(all -> all.toArray());
  }

  @Override
  public <A> A[] toArray(IntFunction<A[]> generator) {
    return over(all -> all.toArray(generator));
  }

  @Override
  public List<T> toList() {
    return over(all -> all.toList());
  }

  @Override
  public T reduce(T identity, BinaryOperator<T> accumulator) {
    return over(all -> all.reduce(identity, accumulator));
  }

  @Override
  public Optional<T> reduce(BinaryOperator<T> accumulator) {
    return over(all -> all.reduce(accumulator));
  }

  @Override
  public <U> U reduce(U identity, BiFunction<U, ? super T, U> accumulator, BinaryOperator<U> combiner) {
    return over(all -> all.reduce(identity, accumulator, combiner));
  }

  @Override
  public <R> R collect(Supplier<R> supplier, BiConsumer<R, ? super T> accumulator, BiConsumer<R, R> combiner) {
    return over(all -> all.collect(supplier, accumulator, combiner));
  }

  @Override
  public <R, A> R collect(Collector<? super T, A, R> collector) {
    return over(all -> all.collect(collector));
  }

  @Override
  public Optional<T> min(Comparator<? super T> comparator) {
    return over(all -> all.min(comparator));
  }

  @Override
  public Optional<T> max(Comparator<? super T> comparator) {
    return over(all -> all.max(comparator));
  }

  @Override
  public long count() {
    return over(all -> all.count());
  }

  @Override
  public boolean anyMatch(Predicate<? super T> predicate) {
    return over(all -> all.anyMatch(predicate));
  }

  @Override
  public boolean allMatch(Predicate<? super T> predicate) {
    return over(all -> all.allMatch(predicate));
  }

  @Override
  public boolean noneMatch(Predicate<? super T> predicate) {
    return over(all -> all.noneMatch(predicate));
  }

  @Override
  public Optional<T> findFirst() {
    return over(all -> all.findFirst());
  }

  @Override
  public Optional<T> findAny() {
    return over(all -> all.findAny());
  }

  // ---- the rest is the JDK's own

  @Override
  public Iterator<T> iterator() {
    return stream.iterator();
  }

  @Override
  public Spliterator<T> spliterator() {
    return stream.spliterator();
  }

  @Override
  public boolean isParallel() {
    return stream.isParallel();
  }

  @Override
  public void close() {
    stream.close();
  }
}
