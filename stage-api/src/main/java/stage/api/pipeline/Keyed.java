package stage.api.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collector;
import stage.api.pipeline.plan.Node;
import stage.api.pipeline.plan.Reducing;
import stage.api.pipeline.plan.Site;

/**
 * Elements by key, to be reduced for each key. An immutable description; all methods may be called on any thread and
 * only describe, as those of {@link Pipeline} do. A value is kept for each key until all elements have come, so without
 * a window memory grows with the number of keys.
 *
 * <p>Without a window a reducer's results come when all elements have come: one for each key, in no order. {@link
 * #scan} and {@link #batchWithin} emit as they go. Elements of one key that come from one upstream stage keep their
 * order.
 *
 * @param <K> the keys
 * @param <T> the elements
 * @since 0.1
 */
public final class Keyed<K, T> {
  private final Site site;
  private final Node node;
  private final Fn<Object, Object> key;
  private final int workers;

  Keyed(Site site, Node node, Fn<Object, Object> key, int workers) {
    this.site = site;
    this.node = node;
    this.key = key;
    this.workers = workers;
  }

  /**
   * {@return the same elements, their keys shared out among workers} Each worker is a stage with a thread of its own,
   * and gets all elements of its keys.
   *
   * @param n how many workers, from 1 to 1,024
   * @throws IllegalArgumentException if {@code n} is out of that range
   */
  public Keyed<K, T> workers(int n) {
    return new Keyed<>(site, node, key, Arguments.workers("n", n));
  }

  /** {@return how many elements there were of each key} */
  public Pipeline<KeyValue<K, Long>> count() {
    return reduced("count", new Reducing.Count());
  }

  /**
   * {@return a sum for each key, which overflows as {@code long}s do}
   *
   * @param value what an element adds
   */
  public Pipeline<KeyValue<K, Long>> sum(Weight<? super T> value) {
    return reduced("sum", new Reducing.Sum(Erased.weight("value", value)));
  }

  /**
   * {@return a folded value for each key}
   *
   * @param zero a key's value before its first element
   * @param fold takes one element in, and returns a new value
   * @param <A> the values
   */
  public <A> Pipeline<KeyValue<K, A>> aggregate(A zero, Fold<A, ? super T> fold) {
    var how = new Reducing.Aggregate(Arguments.notNull("zero", zero), Erased.fold(zero, fold), null, value -> value);
    return reduced("aggregate", how);
  }

  /**
   * {@return an aggregated value for each key}
   *
   * @param how how elements become one value
   * @param <A> what is accumulated
   * @param <R> the results
   */
  public <A, R> Pipeline<KeyValue<K, R>> aggregate(Aggregation<? super T, A, R> how) {
    return reduced("aggregate", Windowing.aggregated(how));
  }

  /**
   * {@return each value of a fold for each key, as elements come: one for each element}
   *
   * @param zero a key's value before its first element; not emitted
   * @param fold takes one element in, and returns a new value
   * @param <A> the values
   */
  public <A> Pipeline<KeyValue<K, A>> scan(A zero, Fold<A, ? super T> fold) {
    return reduced("scan", new Reducing.Scan(Arguments.notNull("zero", zero), Erased.fold(zero, fold)));
  }

  /**
   * {@return the result of a collector for the elements of each key} Each key has a container, which is changed in
   * place: an accumulator that throws midway may leave half an element in it. The combiner is not used.
   *
   * @param collector how; its functions run on the worker's thread
   * @param <R> the results
   */
  public <R> Pipeline<KeyValue<K, R>> collect(Collector<? super T, ?, R> collector) {
    return reduced("collect", new Reducing.Collect(Erased.collector(collector)));
  }

  /**
   * {@return lists of up to {@code n} elements of a key, cut short when the time limit passes}
   *
   * @param n how many, at least 1
   * @param time from the first element to the end of a list, above zero
   * @param openKeys how many keys may have an unfinished list on each worker, and what happens to an element of one
   *     more
   * @throws IllegalArgumentException if {@code n} is below 1 or {@code time} not above zero
   */
  public Pipeline<KeyValue<K, List<T>>> batchWithin(int n, Duration time, Bound openKeys) {
    Arguments.atLeastOne("n", n);
    Arguments.positive("time", time);
    return reduced("batchWithin", new Reducing.Batch(n, time, Arguments.notNull("openKeys", openKeys)));
  }

  /**
   * {@return the elements of each key in windows, to be reduced in each}
   *
   * @param windows how elements are put into windows
   */
  public Windowing<K, T> window(Windows windows) {
    Site here = Site.here("window");
    return new Windowing<>(here, node, site, key, workers, Windowing.framed(here, windows));
  }

  /**
   * {@return the results of each worker} State in the part, such as a batch, belongs to the worker and mixes its keys.
   *
   * @param part the steps of each worker; called once, now, and its result must not be null
   * @param <R> the results
   * @throws IllegalArgumentException if {@code part} threw a checked exception
   */
  public <R> Pipeline<R> perWorker(Fn<Pipeline<T>, Pipeline<R>> part) {
    return Pipeline.parted(Site.here("perWorker"), node, key, workers, part);
  }

  private <R> Pipeline<R> reduced(String kind, Reducing how) {
    return new Pipeline<>(new Node.Reduced(Site.here(kind), node, site, key, workers, Optional.empty(), how));
  }
}
