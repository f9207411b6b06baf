package stage.api.pipeline;

import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collector;
import stage.api.ConsumerSpec;
import stage.api.Demand;
import stage.api.ProducerConsumerSpec;
import stage.api.ProducerRef;
import stage.api.ProducerSpec;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.pipeline.plan.Blueprint;
import stage.api.pipeline.plan.Crossing;
import stage.api.pipeline.plan.End;
import stage.api.pipeline.plan.Node;
import stage.api.pipeline.plan.Origin;
import stage.api.pipeline.plan.Sink;
import stage.api.pipeline.plan.Site;
import stage.api.pipeline.plan.Step;
import stage.api.pipeline.plan.TablePlan;
import stage.api.supervision.Intensity;

/**
 * Where elements come from and what is done with them: an immutable description. Each call returns a new one; nothing
 * runs before {@link Job#run} or {@link Job#start}.
 *
 * {@snippet :
 * Map<String, Long> words = Pipeline.lines(Path.of("a.txt"))
 *     .flatMap(line -> List.of(line.toLowerCase().split("\\W+")))
 *     .filter(word -> !word.isEmpty())
 *     .keyBy(word -> word)
 *     .count()
 *     .collect(Collectors.toMap(KeyValue::key, KeyValue::value))
 *     .run("wordcount");
 * }
 *
 * <p>Steps in a row are <i>fused</i>: one stage runs them, on a virtual thread of its own. Functions may block and may
 * throw: a step that throws fails that element and no other, see {@link OnFailure}. A stage that crashes is restarted
 * in place and repeats the work that it had not committed, so functions of steps may be called more than once for an
 * element; results are as if nothing had happened.
 *
 * <p>Around the steps that change one element at a time there are {@index batches}, a {@index throttle}d rate,
 * {@index windows} of event time, {@index joins}, {@index merge}d inputs and, after any step, a
 * {@index retry}, a {@index timeout} or a {@index "dead letter"}.
 *
 * <p>All methods may be called on any thread and return at once. They touch no source and call no function, except for
 * those that build a part or a branch, which are called now, on the caller's thread. A null argument is refused with a
 * {@link NullPointerException}, a number or a time out of range with an {@link IllegalArgumentException}; the message
 * begins with the call and its line. A mistake that shows only once the pipeline is complete, such as a window without
 * event time, is refused with a {@link PipelineRefusedException} when the job is run or described.
 *
 * <p>Where {@link java.util.stream.Stream} has an operation, it has the same name and meaning here. Most others come
 * from Pekko Streams, and event time, windows and joins from Flink.
 *
 * <p>For deterministic functions the results of a job depend on what each source sends and on nothing else: not on
 * demand, workers, timing or crashes. Where the order of arrival or the clock can change a result, {@link
 * Job#describe} says so.
 *
 * @param <T> the elements; never null
 * @since 0.1
 */
public final class Pipeline<T> {
  private final Node node;

  Pipeline(Node node) {
    this.node = node;
  }

  Node node() {
    return node;
  }

  // ---- sources

  /**
   * {@return these elements}
   *
   * @param elements the elements, none null; copied
   * @param <T> the elements
   * @throws NullPointerException if an element is null
   */
  @SafeVarargs
  public static <T> Pipeline<T> of(T... elements) {
    Arguments.notNull("elements", elements);
    List<T> copy = new ArrayList<>();
    for (T element : elements) copy.add(Arguments.notNull("an element", element));
    return source("of", new Origin.Elements(List.copyOf(copy)));
  }

  /**
   * {@return the elements of a collection, or of any other iterable that can be iterated again} Each run of a job
   * iterates again. So does a restart, which then skips the elements already emitted: the order must be the same each
   * time.
   *
   * @param elements the elements, none null; not copied, and iterated on the source's thread
   * @param <T> the elements
   */
  public static <T> Pipeline<T> from(Iterable<? extends T> elements) {
    return source("from", new Origin.Elements(Arguments.notNull("elements", elements)));
  }

  /**
   * {@return the events of a stage, which the job starts and stops}
   *
   * @param stage the stage; its name must be unique in the job
   * @param <T> the elements
   */
  public static <T> Pipeline<T> from(ProducerSpec<T, ?> stage) {
    return source("from", new Origin.Spec(Arguments.notNull("stage", stage)));
  }

  /**
   * {@return the events of a stage that is running, from the job's start on} When the job ends, the stage goes on.
   *
   * @param stage the stage
   * @param <T> the elements
   */
  public static <T> Pipeline<T> from(ProducerRef<T, ?> stage) {
    return source("from", new Origin.Ref(Arguments.notNull("stage", stage)));
  }

  /**
   * {@return the events of a publisher} Each incarnation of the source subscribes to it once, by the rules of Reactive
   * Streams 1.0.4, and requests no more than is wanted. Not called {@code from}, because a lambda would fit both.
   *
   * @param publisher the publisher
   * @param <T> the elements
   */
  public static <T> Pipeline<T> fromPublisher(Flow.Publisher<? extends T> publisher) {
    return source("fromPublisher", new Origin.Publisher(Arguments.notNull("publisher", publisher)));
  }

  /**
   * {@return deliveries, each of which is answered when everything that came of it has been handled}
   *
   * @param source sends the deliveries and takes the answers
   * @param how how they are answered for
   * @param <T> the payloads
   */
  public static <T> Pipeline<T> deliveries(DeliverySource<T> source, Settling how) {
    Arguments.notNull("source", source);
    return source("deliveries", new Origin.Deliveries(source, Arguments.notNull("how", how)));
  }

  /**
   * {@return deliveries that are answered by a position for each partition, before which all are done}
   *
   * @param source sends the deliveries and takes the positions
   * @param how how they are answered for
   * @param <P> the partitions
   * @param <T> the payloads
   */
  public static <P, T> Pipeline<T> deliveries(PartitionedSource<P, T> source, Settling how) {
    Arguments.notNull("source", source);
    return source("deliveries", new Origin.Partitioned(source, Arguments.notNull("how", how)));
  }

  /**
   * {@return the lines of files in UTF-8, one file after the other, without their ends} Files whose names end with
   * {@code .gz} are unpacked. A restart goes on where it was.
   *
   * @param files the files, at least 1
   * @throws IllegalArgumentException if there is no file
   */
  public static Pipeline<String> lines(Path... files) {
    List<Path> copy = List.of(Arguments.notNull("files", files));
    if (copy.isEmpty()) throw Arguments.refused("there must be at least 1 file, but there were none");
    return source("lines", new Origin.Files(copy));
  }

  /**
   * {@return the lines of a text in UTF-8, without their ends} The text can be read once, so a second run is
   * refused with a {@link PipelineRefusedException}. It is not closed.
   *
   * @param text the text; read on the source's thread, which may block
   */
  public static Pipeline<String> lines(InputStream text) {
    return source("lines", new Origin.Text(Arguments.notNull("text", text), new AtomicBoolean()));
  }

  /**
   * {@return the elements that a loop emits} When the loop returns, the pipeline ends. Each run and each restart calls
   * the same loop again, from its beginning, so after a crash of its stage a lambda emits its elements again. A loop
   * that must not repeat itself is a class: it keeps the context that {@code onStart} gets, and begins by skipping
   * {@link stage.api.StageContext#eventsEmitted} elements.
   *
   * @param loop the loop; its {@code emit} blocks until there is demand
   * @param <T> the elements
   */
  public static <T> Pipeline<T> generate(Stage.Generator<T> loop) {
    return source("generate", new Origin.Loop(Arguments.notNull("loop", loop)));
  }

  /**
   * {@return the time of the machine's clock, once per period; a tick without demand is left out} Never ends by itself.
   *
   * @param period above zero
   * @throws IllegalArgumentException if {@code period} is not above zero
   */
  public static Pipeline<Instant> tick(Duration period) {
    return source("tick", new Origin.Tick(Arguments.positive("period", period)));
  }

  // ---- fan-in

  /**
   * {@return the elements of all inputs, as they come; those of each in its order} Ends when all inputs have ended.
   *
   * @param inputs the inputs, at least 1
   * @param <T> the elements
   * @throws IllegalArgumentException if there is no input
   */
  @SafeVarargs
  public static <T> Pipeline<T> merge(Pipeline<? extends T>... inputs) {
    return new Pipeline<>(new Node.Merged(Site.here("merge"), nodes(inputs)));
  }

  /**
   * {@return the elements of sorted inputs, sorted} Waits until each input has an element or has ended. Of equal
   * ones that of the earlier input comes first. Inputs that are not sorted give results that are not sorted either.
   *
   * @param order by which each input is sorted
   * @param inputs the inputs, at least 1
   * @param <T> the elements
   * @throws IllegalArgumentException if there is no input
   */
  @SafeVarargs
  public static <T> Pipeline<T> mergeSorted(Comparator<? super T> order, Pipeline<? extends T>... inputs) {
    return new Pipeline<>(new Node.MergedSorted(Site.here("mergeSorted"), nodes(inputs), Erased.order("order", order)));
  }

  /**
   * {@return the elements of one input after those of the other} A later input waits until the ones before it have
   * ended.
   *
   * @param inputs the inputs, at least 1
   * @param <T> the elements
   * @throws IllegalArgumentException if there is no input
   */
  @SafeVarargs
  public static <T> Pipeline<T> concat(Pipeline<? extends T>... inputs) {
    return new Pipeline<>(new Node.Concatenated(Site.here("concat"), nodes(inputs)));
  }

  /**
   * {@return the results of combining the first elements of both, then the second elements, and so on} Ends with the
   * shorter one; elements that the longer one has sent and that have no partner go back to it.
   *
   * @param other the other input
   * @param fn combines two elements to one
   * @param <U> the other's elements
   * @param <R> the results
   */
  public <U, R> Pipeline<R> zip(Pipeline<U> other, Fn2<? super T, ? super U, ? extends R> fn) {
    return new Pipeline<>(new Node.Zipped(Site.here("zip"), node, Arguments.notNull("other", other).node,
        Erased.fn2("fn", fn)));
  }

  // ---- steps that are fused

  /**
   * {@return the result of a function for each element}
   *
   * @param fn maps an element; a null result is a failure of the element
   * @param <R> the results
   */
  public <R> Pipeline<R> map(Fn<? super T, ? extends R> fn) {
    return step("map", new Step.Map(Erased.fn("fn", fn)));
  }

  /**
   * {@return the elements for which a condition holds} The others are counted as filtered.
   *
   * @param test the condition
   */
  public Pipeline<T> filter(Criterion<? super T> test) {
    return step("filter", new Step.Filter(Erased.criterion("test", test)));
  }

  /**
   * {@return the results of a function for each element, one after the other} There may be any number: results beyond
   * 1,024 for one element are taken as there is demand. After a crash the function is applied again, and the results
   * already emitted are skipped, so it must return the same results again.
   *
   * @param fn makes any number of elements of one, none null
   * @param <R> the results
   */
  public <R> Pipeline<R> flatMap(Fn<? super T, ? extends Iterable<? extends R>> fn) {
    @SuppressWarnings("unchecked")   // the signature has checked it
    var erased = (Fn<Object, Iterable<?>>) (Fn<?, ?>) Arguments.notNull("fn", fn);
    return step("flatMap", new Step.FlatMap(erased));
  }

  /**
   * {@return the elements that a function hands over for each} It may hand over any number. If one element makes more
   * than 1,024, the call is ended by a {@link java.util.concurrent.CancellationException} and made once more, on a
   * thread of its own, which waits while there is no demand; what it repeats is skipped. So the function must hand over
   * the same elements again, as after a crash. As {@link java.util.stream.Stream#mapMulti}; name the type, as in
   * {@code .<String>mapMulti(…)}.
   *
   * @param fn makes any number of elements of one, none null
   * @param <R> the results
   */
  public <R> Pipeline<R> mapMulti(Multi<? super T, R> fn) {
    @SuppressWarnings("unchecked")   // the signature has checked it
    var erased = (Multi<Object, Object>) (Multi<?, ?>) Arguments.notNull("fn", fn);
    return step("mapMulti", new Step.MapMulti(erased));
  }

  /**
   * {@return the elements of a type} The others are counted as filtered.
   *
   * @param type the type; a subtype's elements are among them
   * @param <R> the type
   */
  public <R> Pipeline<R> ofType(Class<R> type) {
    return step("ofType", new Step.OfType(Arguments.notNull("type", type)));
  }

  /**
   * {@return the same elements, shown to an action as they pass} The action's effects on the outside world are not
   * undone when an element is tried again.
   *
   * @param action is given each element
   */
  public Pipeline<T> peek(Action<? super T> action) {
    return step("peek", new Step.Peek(Erased.action("action", action)));
  }

  /**
   * {@return the same pipeline, whose last step has a name} The name is in failures, reports and descriptions, and
   * is that of the stage if the step is the first of its run.
   *
   * @param name 1–64 of {@code [A-Za-z0-9._-]}, unique in the job
   * @throws IllegalArgumentException if the name is not valid
   */
  public Pipeline<T> named(String name) {
    return new Pipeline<>(node.named(Names.checked(name)));
  }

  /**
   * {@return the first {@code n} elements} When they have passed, the sources before it are cancelled. As
   * {@link java.util.stream.Stream#limit}.
   *
   * @param n how many, at least 0
   * @throws IllegalArgumentException if {@code n} is negative
   */
  public Pipeline<T> take(long n) {
    return step("take", new Step.Take(Arguments.atLeast("n", n, 0)));
  }

  /**
   * {@return all but the first {@code n} elements} As {@link java.util.stream.Stream#skip}.
   *
   * @param n how many, at least 0
   * @throws IllegalArgumentException if {@code n} is negative
   */
  public Pipeline<T> drop(long n) {
    return step("drop", new Step.Drop(Arguments.atLeast("n", n, 0)));
  }

  /**
   * {@return the elements before the first for which a condition does not hold} When that has come, the sources before
   * it are cancelled.
   *
   * @param test the condition
   */
  public Pipeline<T> takeWhile(Criterion<? super T> test) {
    return step("takeWhile", new Step.TakeWhile(Erased.criterion("test", test)));
  }

  /**
   * {@return each value of a fold: one for each element}
   *
   * @param zero the value before the first element; not emitted
   * @param fold takes one element in, and returns a new value
   * @param <A> the values
   */
  public <A> Pipeline<A> scan(A zero, Fold<A, ? super T> fold) {
    return step("scan", new Step.Scan(Arguments.notNull("zero", zero), Erased.fold(zero, fold)));
  }

  /**
   * {@return the elements whose key is not among those remembered} The others are counted as filtered. Unlike
   * {@link java.util.stream.Stream#distinct} it forgets, so an old key may come again.
   *
   * @param key what must differ, with {@code equals} and {@code hashCode}; never null
   * @param remembered how many keys are remembered, the newest; at least 1
   * @param <K> the keys
   * @throws IllegalArgumentException if {@code remembered} is below 1
   */
  public <K> Pipeline<T> distinct(Fn<? super T, ? extends K> key, int remembered) {
    return step("distinct", new Step.Distinct(Erased.fn("key", key), Arguments.atLeastOne("remembered", remembered)));
  }

  /**
   * {@return unmodifiable lists of {@code n} elements; the last one may be shorter}
   *
   * @param n how many, at least 1
   * @throws IllegalArgumentException if {@code n} is below 1
   */
  public Pipeline<List<T>> batch(int n) {
    return step("batch", new Step.Batch(Arguments.atLeastOne("n", n)));
  }

  /**
   * {@return lists of {@code n} elements, cut short when the time limit passes} The time runs from a list's first
   * element. A list that nobody wants yet waits and grows no further than {@code n}.
   *
   * @param n how many, at least 1
   * @param time from the first element to the end of a list, above zero
   * @throws IllegalArgumentException if {@code n} is below 1 or {@code time} not above zero
   */
  public Pipeline<List<T>> batchWithin(int n, Duration time) {
    Arguments.atLeastOne("n", n);
    return step("batchWithin", new Step.BatchWeighted(n, element -> 1, Arguments.positive("time", time)));
  }

  /**
   * {@return lists that weigh no more than {@code max}, cut short when the time limit passes} An element that weighs
   * more has a list of its own.
   *
   * @param max how much a list may weigh, at least 1
   * @param weight the weight of an element, not negative
   * @param time from the first element to the end of a list, above zero
   * @throws IllegalArgumentException if {@code max} is below 1 or {@code time} not above zero
   */
  public Pipeline<List<T>> batchWeighted(long max, Weight<? super T> weight, Duration time) {
    Arguments.atLeast("max", max, 1);
    Arguments.positive("time", time);
    return step("batchWeighted", new Step.BatchWeighted(max, Erased.weight("weight", weight), time));
  }

  /**
   * {@return the same elements at a limited rate} Holds the steps before it back, and never drops. As {@link
   * #throttle(int, Duration, int)} with {@code events} as its burst.
   *
   * @param events how many elements, at least 1
   * @param per in which time, above zero
   * @throws IllegalArgumentException if {@code events} is below 1 or {@code per} not above zero
   */
  public Pipeline<T> throttle(int events, Duration per) {
    return step("throttle", throttled(events, per, events));
  }

  /**
   * {@return the same elements at a limited rate: a token bucket that refills evenly} Holds the steps before it back,
   * and never drops.
   *
   * @param events how many elements, at least 1
   * @param per in which time, above zero
   * @param burst how many may pass at once after a pause, at least 1
   * @throws IllegalArgumentException if a number is below 1 or {@code per} not above zero
   */
  public Pipeline<T> throttle(int events, Duration per, int burst) {
    return step("throttle", throttled(events, per, burst));
  }

  /**
   * {@return the newest element of each period in which there was one} By the clock; the others are counted as
   * filtered.
   *
   * @param period above zero
   * @throws IllegalArgumentException if {@code period} is not above zero
   */
  public Pipeline<T> sample(Duration period) {
    return step("sample", new Step.Sample(Arguments.positive("period", period)));
  }

  // ---- boundaries

  /**
   * {@return the same elements, handed to another stage: the steps after this one run on a thread of their own}
   */
  public Pipeline<T> async() {
    return new Pipeline<>(new Node.Crossed(Site.here("async"), node, new Crossing.Async()));
  }

  /**
   * {@return the same elements through a buffer} It takes elements even while there is no demand for them. When it is
   * full, the steps before it wait.
   *
   * @param n how many elements it holds, at least 1
   * @throws IllegalArgumentException if {@code n} is below 1
   */
  public Pipeline<T> buffer(int n) {
    var how = new Crossing.Buffer(Arguments.atLeastOne("n", n), WhenFull.WAIT.overflow());
    return new Pipeline<>(new Node.Crossed(Site.here("buffer"), node, how));
  }

  /**
   * {@return the same elements through a buffer, which takes elements even while there is no demand for them} Elements
   * that it drops are counted in {@link Report#dropped}.
   *
   * @param n how many elements it holds, at least 1
   * @param whenFull what happens to those beyond that
   * @throws IllegalArgumentException if {@code n} is below 1
   */
  public Pipeline<T> buffer(int n, WhenFull whenFull) {
    var how = new Crossing.Buffer(Arguments.atLeastOne("n", n), Arguments.notNull("whenFull", whenFull).overflow());
    return new Pipeline<>(new Node.Crossed(Site.here("buffer"), node, how));
  }

  /**
   * {@return the results of several workers, in no order} Each element goes to one worker that has demand. State in the
   * part, such as a batch, is separate for each worker.
   *
   * @param workers how many, from 1 to 1,024
   * @param part the steps of each worker; called once, now, and its result must not be null
   * @param <R> the results
   * @throws IllegalArgumentException if {@code workers} is out of that range, or {@code part} threw a checked exception
   */
  public <R> Pipeline<R> parallel(int workers, Fn<Pipeline<T>, Pipeline<R>> part) {
    Arguments.workers("workers", workers);
    return parted(Site.here("parallel"), node, null, workers, part);
  }

  /**
   * {@return the result of a function for each element, in the order of the elements} Each call has a virtual thread to
   * itself, so objects that the calls share must be thread-safe; a later call may get the same thread, and sees
   * thread-locals that were not removed. As {@code Gatherers.mapConcurrent} of newer JDKs.
   *
   * @param atOnce how many calls at once, at least 1
   * @param fn maps an element; may block
   * @param <R> the results
   * @throws IllegalArgumentException if {@code atOnce} is below 1
   */
  public <R> Pipeline<R> mapConcurrent(int atOnce, Fn<? super T, ? extends R> fn) {
    var how = new Crossing.Concurrent(Arguments.atLeastOne("atOnce", atOnce), Crossing.Order.ORDERED, null,
        Erased.fn("fn", fn));
    return new Pipeline<>(new Node.Crossed(Site.here("mapConcurrent"), node, how));
  }

  /**
   * {@return the result of a function for each element, in the order in which the calls return} As {@link
   * #mapConcurrent} otherwise.
   *
   * @param atOnce how many calls at once, at least 1
   * @param fn maps an element; may block
   * @param <R> the results
   * @throws IllegalArgumentException if {@code atOnce} is below 1
   */
  public <R> Pipeline<R> mapConcurrentUnordered(int atOnce, Fn<? super T, ? extends R> fn) {
    var how = new Crossing.Concurrent(Arguments.atLeastOne("atOnce", atOnce), Crossing.Order.UNORDERED, null,
        Erased.fn("fn", fn));
    return new Pipeline<>(new Node.Crossed(Site.here("mapConcurrentUnordered"), node, how));
  }

  /**
   * {@return the result of a function for each element; elements of one key one after the other, in their order} As
   * {@link #mapConcurrentUnordered} otherwise. A slow key does not hold up the others unless more than 1,024 of its
   * elements wait.
   *
   * @param atOnce how many calls at once, at least 1
   * @param key which elements must not overtake each other: those of equal keys
   * @param fn maps an element; may block
   * @param <K> the keys
   * @param <R> the results
   * @throws IllegalArgumentException if {@code atOnce} is below 1
   */
  public <K, R> Pipeline<R> mapConcurrentByKey(
      int atOnce, Fn<? super T, ? extends K> key, Fn<? super T, ? extends R> fn) {
    Arguments.atLeastOne("atOnce", atOnce);
    var how = new Crossing.Concurrent(atOnce, Crossing.Order.BY_KEY, Erased.fn("key", key), Erased.fn("fn", fn));
    return new Pipeline<>(new Node.Crossed(Site.here("mapConcurrentByKey"), node, how));
  }

  /**
   * {@return the elements emitted by a stage of your own, which gets these elements} The job starts it, and adds the
   * subscription. Its elements have no event time: put {@link #eventTime(EventTime)} after it if a window follows.
   *
   * @param stage the stage; its name must be unique in the job
   * @param <R> the results
   */
  public <R> Pipeline<R> via(ProducerConsumerSpec<T, R, ?> stage) {
    var how = new Crossing.Via(Arguments.notNull("stage", stage));
    return new Pipeline<>(new Node.Crossed(Site.here("via"), node, how));
  }

  // ---- time and keys

  /**
   * {@return the same elements, each with its time} Put it on each source, before they are merged. As
   * {@link #eventTime(EventTime)} with {@code EventTime.of(time).outOfOrder(outOfOrder)}.
   *
   * @param time reads an element's time
   * @param outOfOrder how far an element may be behind the newest one before it; those further behind are late
   * @throws IllegalArgumentException if {@code outOfOrder} is negative
   */
  public Pipeline<T> eventTime(Fn<? super T, Instant> time, Duration outOfOrder) {
    EventTime<T> how = EventTime.<T>of(Arguments.notNull("time", time))
        .outOfOrder(Arguments.notNull("outOfOrder", outOfOrder));
    return step("eventTime", timed(how));
  }

  /**
   * {@return the same elements, each with its time} Put it on each source, before they are merged. Each source has a
   * watermark as in Flink's strategy for bounded out-of-orderness, and a merge goes by the slowest input.
   *
   * @param how how to read an element's time, and when an element is late
   */
  public Pipeline<T> eventTime(EventTime<? super T> how) {
    return step("eventTime", timed(Arguments.notNull("how", how)));
  }

  /**
   * {@return the elements by key, to be reduced for each key} By one worker, unless {@link Keyed#workers} sets more.
   *
   * @param key the key of an element, with {@code equals} and {@code hashCode}; never null
   * @param <K> the keys
   */
  public <K> Keyed<K, T> keyBy(Fn<? super T, ? extends K> key) {
    return new Keyed<>(Site.here("keyBy"), node, Erased.fn("key", key), 1);
  }

  /**
   * {@return the elements in windows over all of them, to be reduced in each window} One stage reduces them; for
   * several workers, put {@link #keyBy} before it.
   *
   * @param windows how elements are put into windows
   */
  public Windowing<All, T> window(Windows windows) {
    Site site = Site.here("window");
    return new Windowing<>(site, node, site, null, 1, Windowing.framed(site, windows));
  }

  /**
   * {@return this pipeline, on the left, and another on the right, to be joined}
   *
   * @param right the other
   * @param <R> its elements
   */
  public <R> Join<T, R> join(Pipeline<R> right) {
    return new Join<>(Site.here("join"), node, Arguments.notNull("right", right).node);
  }

  /**
   * {@return a table of the newest element of each key, which {@link #enrich} reads}
   *
   * @param key the key of an element, with {@code equals} and {@code hashCode}; never null
   * @param bound how many rows the table may have, and what happens beyond that
   * @param <K> the keys
   */
  public <K> Table<K, T> toTable(Fn<? super T, ? extends K> key, Bound bound) {
    Arguments.notNull("bound", bound);
    return new Table<>(new TablePlan(Site.here("toTable"), node, Erased.fn("key", key), bound,
        TablePlan.Reading.LOADED_FIRST));
  }

  /**
   * {@return the result of a function for each element and the row of its key} The table says when it is read, before
   * the elements or beside them: {@link Table#loadedFirst()}, {@link Table#asOfEventTime()} or {@link Table#latest()}.
   *
   * @param table the table
   * @param key the key to look up for an element; never null
   * @param fn combines an element and its row, which is empty if the table has none
   * @param <K> the keys
   * @param <V> the rows
   * @param <R> the results
   */
  public <K, V, R> Pipeline<R> enrich(
      Table<K, V> table, Fn<? super T, ? extends K> key, Fn2<? super T, ? super Optional<V>, ? extends R> fn) {
    Arguments.notNull("table", table);
    return new Pipeline<>(new Node.Enriched(Site.here("enrich"), node, table.plan(), Erased.fn("key", key),
        Erased.fn2("fn", fn)));
  }

  // ---- fan-out

  /**
   * {@return the same elements; another pipeline gets them, too} The slower of the two sets the pace.
   *
   * @param branch makes the other pipeline, up to its sink; called once, now, and its result must not be null. The
   *     result of the branch's job is dropped
   * @throws IllegalArgumentException if {@code branch} threw a checked exception
   */
  public Pipeline<T> alsoTo(Fn<Pipeline<T>, Job<?>> branch) {
    Site site = Site.here("alsoTo");
    return new Pipeline<>(new Node.Copied(site, node, List.of(Erased.branch(site, branch))));
  }

  /**
   * {@return the elements for which a condition does not hold; another pipeline gets the others} The slower of the two
   * sets the pace.
   *
   * @param test which elements the other pipeline gets
   * @param branch makes the other pipeline, up to its sink; called once, now, and its result must not be null. The
   *     result of the branch's job is dropped
   * @throws IllegalArgumentException if {@code branch} threw a checked exception
   */
  public Pipeline<T> divertTo(Criterion<? super T> test, Fn<Pipeline<T>, Job<?>> branch) {
    Site site = Site.here("divertTo");
    return new Pipeline<>(new Node.Diverted(site, node, Erased.criterion("test", test), Erased.branch(site, branch)));
  }

  /**
   * {@return a job in which several pipelines get every element; its result is the report} The slowest of them sets
   * the pace.
   *
   * @param branches make the pipelines, each up to its sink; each called once, now, and no result must be null. The
   *     results of the branches' jobs are dropped
   * @throws IllegalArgumentException if there is no branch, or one threw a checked exception
   */
  @SafeVarargs
  public final Job<Report> broadcastTo(Fn<Pipeline<T>, Job<?>>... branches) {
    Site site = Site.here("broadcastTo");
    Arguments.notNull("branches", branches);
    List<Node.Branch> all = new ArrayList<>();
    for (Fn<Pipeline<T>, Job<?>> branch : branches) all.add(Erased.branch(site, branch));
    if (all.isEmpty()) throw Arguments.refused("there must be at least 1 branch, but there were none");
    return job(new End(site, new Node.Copied(site, node, List.copyOf(all)), new Sink.Nothing()));
  }

  // ---- failures

  /**
   * {@return the same elements; the policy decides what happens to an element on which a step before it fails} It
   * covers the steps back to the previous policy, or to where the stage begins. See {@link OnFailure} for the default.
   *
   * @param policy what happens to an element that fails
   */
  public Pipeline<T> onFailure(OnFailure policy) {
    return step("onFailure", new Step.Guard(Arguments.notNull("policy", policy)));
  }

  /**
   * {@return the same elements, with another in place of each one on which a step before this fails} It covers the
   * steps back to the previous policy, or to where the stage begins. If the function itself throws, that is a failure
   * like any other. The pipeline goes on, unlike after {@code recover} of Pekko Streams.
   *
   * @param fn makes an element of a failure; never null
   */
  public Pipeline<T> recover(Fn<? super Failed, ? extends T> fn) {
    @SuppressWarnings("unchecked")   // the signature has checked it
    var erased = (Fn<Failed, Object>) (Fn<?, ?>) Arguments.notNull("fn", fn);
    return step("recover", new Step.Recover(erased));
  }

  /**
   * {@return the same elements; an element fails if the steps before this take longer for it} The thread is
   * interrupted. If the steps ignore that for as long again, their thread is abandoned, and the stage restarts. It
   * covers the steps back to the previous policy, or to where the stage begins.
   *
   * @param perElement how long, above zero
   * @throws IllegalArgumentException if {@code perElement} is not above zero
   */
  public Pipeline<T> timeout(Duration perElement) {
    return step("timeout", new Step.Timeout(Arguments.positive("perElement", perElement)));
  }

  // ---- sinks

  /**
   * {@return a job that gives each element to an action} Its result is the report. The action's effects on the outside
   * world are not undone by a crash, and may be repeated for the batch in hand.
   *
   * @param action runs on the thread of the last stage
   */
  public Job<Report> forEach(Action<? super T> action) {
    return job(new End(Site.here("forEach"), node, new Sink.ForEach(Erased.action("action", action))));
  }

  /**
   * {@return a job that hands the elements to a stage of your own} The job starts it, and adds the subscription. Its
   * result is the report.
   *
   * @param stage the stage; its name must be unique in the job
   */
  public Job<Report> to(ConsumerSpec<T, ?> stage) {
    return job(new End(Site.here("to"), node, new Sink.To(Arguments.notNull("stage", stage))));
  }

  /**
   * {@return a job that collects the elements} The container is changed in place: an accumulator that throws midway
   * may leave half an element in it. As {@link java.util.stream.Stream#collect(Collector)} on one thread: the combiner
   * is not used.
   *
   * @param collector how; its functions run on the thread of the last stage
   * @param <R> the result
   */
  public <R> Job<R> collect(Collector<? super T, ?, R> collector) {
    return job(new End(Site.here("collect"), node, new Sink.Collect(Erased.collector(collector))));
  }

  /**
   * {@return a job that folds the elements to one value}
   *
   * @param zero the value before the first element, and the result if there is none
   * @param fold takes one element in, and returns a new value
   * @param <A> the value
   */
  public <A> Job<A> reduce(A zero, Fold<A, ? super T> fold) {
    var sink = new Sink.Reduce(Arguments.notNull("zero", zero), Erased.fold(zero, fold));
    return job(new End(Site.here("reduce"), node, sink));
  }

  /**
   * {@return a job for the greatest elements, the greatest first} Of equal ones those that came first.
   *
   * @param k how many, at least 1
   * @param order which of two is greater
   * @throws IllegalArgumentException if {@code k} is below 1
   */
  public Job<List<T>> topK(int k, Comparator<? super T> order) {
    Aggregation<T, ?, List<T>> top = Aggregation.topK(k, order);
    return job(new End(Site.here("topK"), node, new Sink.Reduce(top.zero(), Erased.fold(top.zero(), top.fold()))));
  }

  /**
   * {@return a job whose result is an unmodifiable list of the elements}
   */
  public Job<List<T>> toList() {
    return job(new End(Site.here("toList"), node, new Sink.ToList()));
  }

  /**
   * {@return a job that counts the elements}
   */
  public Job<Long> count() {
    return job(new End(Site.here("count"), node, new Sink.Count()));
  }

  /** {@return its last step, for a log: a {@link Job} can describe all of them} */
  @Override
  public String toString() {
    return "pipeline up to " + node.site();
  }

  private static <T> Pipeline<T> source(String kind, Origin origin) {
    return new Pipeline<>(new Node.Source(Site.here(kind), origin, new Object()));
  }

  private <R> Pipeline<R> step(String kind, Step step) {
    return new Pipeline<>(new Node.Fused(Site.here(kind), node, step));
  }

  static <R> Job<R> job(End end) {
    return new Job<>(new Blueprint<>(end, Demand.DEFAULT, Intensity.DEFAULT, Redelivery.DEFAULT));
  }

  static <T, R> Pipeline<R> parted(Site site, Node node, Fn<Object, Object> key, int workers, Fn<Pipeline<T>,
      Pipeline<R>> part) {
    Arguments.notNull("part", part);
    var start = new Node.Source(site, new Origin.Part(), new Object());
    @SuppressWarnings("unchecked")   // the signature has checked it
    var erased = (Fn<Object, ?>) (Fn<?, ?>) part;
    var result = (Pipeline<?>) Erased.applied("part", site, erased, new Pipeline<T>(start));
    return new Pipeline<>(new Node.Parallel(site, node, key, workers, start, result.node));
  }

  private static List<Node> nodes(Pipeline<?>... inputs) {
    Arguments.notNull("inputs", inputs);
    if (inputs.length == 0) throw Arguments.refused("there must be at least 1 input, but there were none");
    return Arrays.stream(inputs).map(input -> Arguments.notNull("an input", input).node).toList();
  }

  private static Step throttled(int events, Duration per, int burst) {
    Arguments.atLeastOne("events", events);
    Arguments.positive("per", per);
    return new Step.Throttle(events, per, Arguments.atLeastOne("burst", burst));
  }

  @SuppressWarnings("unchecked")   // the signature has checked it
  private static Step timed(EventTime<?> how) {
    return new Step.EventTime((EventTime<Object>) how);
  }
}
