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
import stage.api.Overflow;
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
 * runs before {@link Job#run}.
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
 * <p>Steps in a row are <i>fused</i>: one stage runs them, on a virtual thread of its own. Functions may block and
 * may throw: a step that throws costs that element and no other, see {@link OnFailure}. A stage that crashes is
 * restarted in place and does what it had not committed again, so functions of steps may be called more than once for
 * an element; results are as if nothing had happened.
 *
 * <p>Around the steps that change one element at a time there are {@index batches}, a {@index throttle}d rate,
 * {@index windows} of event time, {@index joins}, {@index merge}d inputs and, behind any step, a
 * {@index retry}, a {@index timeout} or a {@index "dead letter"}.
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
   * @param elements the elements, none null
   * @param <T> the elements
   */
  @SafeVarargs
  public static <T> Pipeline<T> of(T... elements) {
    Arguments.notNull("elements", elements);
    List<T> copy = new ArrayList<>();
    for (T element : elements) copy.add(Arguments.notNull("an element", element));
    return source("of", new Origin.Elements(List.copyOf(copy)));
  }

  /**
   * {@return the elements of a collection, or of whatever can be iterated again} Each run of a job iterates anew,
   * and so does a restart, which skips what was emitted: it must be in the same order each time.
   *
   * @param elements the elements, none null
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
   * {@return the events of a publisher, which is subscribed to once by each incarnation of the source} A lambda is a
   * publisher, hence the name.
   *
   * @param publisher the publisher
   * @param <T> the elements
   */
  public static <T> Pipeline<T> fromPublisher(Flow.Publisher<? extends T> publisher) {
    return source("fromPublisher", new Origin.Publisher(Arguments.notNull("publisher", publisher)));
  }

  /**
   * {@return events from outside that are answered for when everything that came of them was handled}
   *
   * @param source where they come from, and their answers go
   * @param how how they are answered for
   * @param <T> the payloads
   */
  public static <T> Pipeline<T> deliveries(DeliverySource<T> source, Settling how) {
    Arguments.notNull("source", source);
    return source("deliveries", new Origin.Deliveries(source, Arguments.notNull("how", how)));
  }

  /**
   * {@return events from outside that are answered for by a position for each partition, which goes no further than all
   * is done}
   *
   * @param source where they come from, and the positions go
   * @param how how they are answered for
   * @param <P> the partitions
   * @param <T> the payloads
   */
  public static <P, T> Pipeline<T> deliveries(PartitionedSource<P, T> source, Settling how) {
    Arguments.notNull("source", source);
    return source("deliveries", new Origin.Partitioned(source, Arguments.notNull("how", how)));
  }

  /**
   * {@return the lines of files in UTF-8, one file behind the other, without their ends} Files whose names end with
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
   * @param text the text
   */
  public static Pipeline<String> lines(InputStream text) {
    return source("lines", new Origin.Text(Arguments.notNull("text", text), new AtomicBoolean()));
  }

  /**
   * {@return what a loop emits} Returning ends the pipeline. Each run and each restart calls the loop again: one
   * that must not repeat itself keeps its place in a state, see {@link Stage.Generator}.
   *
   * @param loop the loop; its {@code emit} blocks until the element is wanted
   * @param <T> the elements
   */
  public static <T> Pipeline<T> generate(Stage.Generator<T> loop) {
    return source("generate", new Origin.Loop(Arguments.notNull("loop", loop)));
  }

  /**
   * {@return the time, once in a period; a tick that nobody wants is left out}
   *
   * @param period above zero
   * @throws IllegalArgumentException if {@code period} is not above zero
   */
  public static Pipeline<Instant> tick(Duration period) {
    return source("tick", new Origin.Tick(Arguments.positive("period", period)));
  }

  // ---- fan-in

  /**
   * {@return the elements of all inputs, as they come; those of each in its order}
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
   * ones that of the earlier input comes first.
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
   * {@return what is made of the first of both, the second of both …} Ends with the shorter one; what the longer one
   * still had is returned to it.
   *
   * @param other the other
   * @param fn makes one of two
   * @param <U> the other's elements
   * @param <R> what is made
   */
  public <U, R> Pipeline<R> zip(Pipeline<U> other, Fn2<? super T, ? super U, ? extends R> fn) {
    return new Pipeline<>(new Node.Zipped(Site.here("zip"), node, Arguments.notNull("other", other).node,
        Erased.fn2("fn", fn)));
  }

  // ---- steps that are fused

  /**
   * {@return what a function makes of each}
   *
   * @param fn makes one of another; never null
   * @param <R> what is made
   */
  public <R> Pipeline<R> map(Fn<? super T, ? extends R> fn) {
    return step("map", new Step.Map(Erased.fn("fn", fn)));
  }

  /**
   * {@return those for which a condition holds}
   *
   * @param test the condition
   */
  public Pipeline<T> filter(Criterion<? super T> test) {
    return step("filter", new Step.Filter(Erased.criterion("test", test)));
  }

  /**
   * {@return what a function makes of each, one after the other} It may make any number: what goes beyond 1,024 of one
   * element is made when it is wanted. After a crash the function is applied again, and what was emitted is skipped: it
   * must make the same again.
   *
   * @param fn makes many of one, none null
   * @param <R> what is made
   */
  public <R> Pipeline<R> flatMap(Fn<? super T, ? extends Iterable<? extends R>> fn) {
    @SuppressWarnings("unchecked")   // the signature has checked it
    var erased = (Fn<Object, Iterable<?>>) (Fn<?, ?>) Arguments.notNull("fn", fn);
    return step("flatMap", new Step.FlatMap(erased));
  }

  /**
   * {@return what a function hands over for each} All that it hands over for one element waits in memory until it is
   * wanted; {@link #flatMap} makes it when it is. As {@link java.util.stream.Stream#mapMulti}; name the type, as in
   * {@code .<String>mapMulti(…)}.
   *
   * @param fn makes many of one, none null
   * @param <R> what is made
   */
  public <R> Pipeline<R> mapMulti(Multi<? super T, R> fn) {
    @SuppressWarnings("unchecked")   // the signature has checked it
    var erased = (Multi<Object, Object>) (Multi<?, ?>) Arguments.notNull("fn", fn);
    return step("mapMulti", new Step.MapMulti(erased));
  }

  /**
   * {@return those of a type}
   *
   * @param type which
   * @param <R> the type
   */
  public <R> Pipeline<R> ofType(Class<R> type) {
    return step("ofType", new Step.OfType(Arguments.notNull("type", type)));
  }

  /**
   * {@return the same, looked at as they pass} What the action does to the world outside is not undone when an
   * element is tried again.
   *
   * @param action looks at each
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
   * {@return the first ones; the sources before it are cancelled when they have passed}
   *
   * @param n how many, at least 0
   * @throws IllegalArgumentException if {@code n} is negative
   */
  public Pipeline<T> take(long n) {
    return step("take", new Step.Take(Arguments.atLeast("n", n, 0)));
  }

  /**
   * {@return all but the first ones}
   *
   * @param n how many, at least 0
   * @throws IllegalArgumentException if {@code n} is negative
   */
  public Pipeline<T> drop(long n) {
    return step("drop", new Step.Drop(Arguments.atLeast("n", n, 0)));
  }

  /**
   * {@return those before the first for which a condition does not hold; the sources before it are cancelled then}
   *
   * @param test the condition
   */
  public Pipeline<T> takeWhile(Criterion<? super T> test) {
    return step("takeWhile", new Step.TakeWhile(Erased.criterion("test", test)));
  }

  /**
   * {@return each value of a fold}
   *
   * @param zero what there is before the first; not emitted
   * @param fold takes one in, and returns a new value
   * @param <A> what is folded to
   */
  public <A> Pipeline<A> scan(A zero, Fold<A, ? super T> fold) {
    return step("scan", new Step.Scan(Arguments.notNull("zero", zero), Erased.fold("fold", fold)));
  }

  /**
   * {@return those whose key was not there lately}
   *
   * @param key what must differ
   * @param remembered how many keys are remembered, the newest; at least 1
   * @param <K> the keys
   * @throws IllegalArgumentException if {@code remembered} is below 1
   */
  public <K> Pipeline<T> distinct(Fn<? super T, ? extends K> key, int remembered) {
    return step("distinct", new Step.Distinct(Erased.fn("key", key), Arguments.atLeastOne("remembered", remembered)));
  }

  /**
   * {@return lists of {@code n} elements; the last one may be shorter}
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
   * {@return lists that weigh no more than this, shorter ones when time is over} An element that weighs more has a
   * list of its own.
   *
   * @param max how much, at least 1
   * @param weight of an element, not negative
   * @param time from the first element to the end of a list, above zero
   * @throws IllegalArgumentException if {@code max} is below 1 or {@code time} not above zero
   */
  public Pipeline<List<T>> batchWeighted(long max, Weight<? super T> weight, Duration time) {
    Arguments.atLeast("max", max, 1);
    Arguments.positive("time", time);
    return step("batchWeighted", new Step.BatchWeighted(max, Erased.weight("weight", weight), time));
  }

  /**
   * {@return the same, no more of them in a time than this} Waits, and never drops. As {@link #throttle(int,
   * Duration, int)} with a burst of the same number.
   *
   * @param events how many, at least 1
   * @param per in which time, above zero
   * @throws IllegalArgumentException if {@code events} is below 1 or {@code per} not above zero
   */
  public Pipeline<T> throttle(int events, Duration per) {
    return step("throttle", throttled(events, per, events));
  }

  /**
   * {@return the same at a limited rate: a token bucket that refills evenly} Waits, and never drops.
   *
   * @param events how many, at least 1
   * @param per in which time, above zero
   * @param burst how many at once after a pause, at least 1
   * @throws IllegalArgumentException if a number is below 1 or {@code per} not above zero
   */
  public Pipeline<T> throttle(int events, Duration per, int burst) {
    return step("throttle", throttled(events, per, burst));
  }

  /**
   * {@return the newest element of each period in which there was one; the others are counted as filtered}
   *
   * @param period above zero
   * @throws IllegalArgumentException if {@code period} is not above zero
   */
  public Pipeline<T> sample(Duration period) {
    return step("sample", new Step.Sample(Arguments.positive("period", period)));
  }

  // ---- boundaries

  /**
   * {@return the same; what comes behind has a thread of its own}
   */
  public Pipeline<T> async() {
    return new Pipeline<>(new Node.Crossed(Site.here("async"), node, new Crossing.Async()));
  }

  /**
   * {@return the same through a buffer, which takes what comes even while nothing is wanted behind it, and makes what
   * is before it wait when it is full}
   *
   * @param n how many it holds, at least 1
   * @throws IllegalArgumentException if {@code n} is below 1
   */
  public Pipeline<T> buffer(int n) {
    var how = new Crossing.Buffer(Arguments.atLeastOne("n", n), Overflow.block());
    return new Pipeline<>(new Node.Crossed(Site.here("buffer"), node, how));
  }

  /**
   * {@return the same through a buffer, which takes what comes even while nothing is wanted behind it} What it drops is
   * counted in {@link Report#dropped}.
   *
   * @param n how many it holds, at least 1
   * @param overflow what becomes of those beyond that: block (what is before it waits), drop the oldest or the newest,
   *     or fail (the stage crashes). Its own capacity is not looked at
   * @throws IllegalArgumentException if {@code n} is below 1
   */
  public Pipeline<T> buffer(int n, Overflow overflow) {
    var how = new Crossing.Buffer(Arguments.atLeastOne("n", n), Arguments.notNull("overflow", overflow));
    return new Pipeline<>(new Node.Crossed(Site.here("buffer"), node, how));
  }

  /**
   * {@return what several workers make of the elements, in no order} Each element goes to one worker that wants it.
   * What is stateful in the part, such as a batch, belongs to each worker.
   *
   * @param workers how many, from 1 to 1,024
   * @param part what each does: makes one pipeline of another; called once, now
   * @param <R> what is made
   * @throws IllegalArgumentException if {@code workers} is another number
   */
  public <R> Pipeline<R> parallel(int workers, Fn<Pipeline<T>, Pipeline<R>> part) {
    Arguments.workers("workers", workers);
    return parted(Site.here("parallel"), node, null, workers, part);
  }

  /**
   * {@return what a function makes of each, in a virtual thread for each, in the order of their elements}
   *
   * @param atOnce how many at once, at least 1
   * @param fn makes one of another; may block
   * @param <R> what is made
   * @throws IllegalArgumentException if {@code atOnce} is below 1
   */
  public <R> Pipeline<R> mapConcurrent(int atOnce, Fn<? super T, ? extends R> fn) {
    var how = new Crossing.Concurrent(Arguments.atLeastOne("atOnce", atOnce), Crossing.Order.ORDERED, null,
        Erased.fn("fn", fn));
    return new Pipeline<>(new Node.Crossed(Site.here("mapConcurrent"), node, how));
  }

  /**
   * {@return what a function makes of each, in a virtual thread for each, as they are there}
   *
   * @param atOnce how many at once, at least 1
   * @param fn makes one of another; may block
   * @param <R> what is made
   * @throws IllegalArgumentException if {@code atOnce} is below 1
   */
  public <R> Pipeline<R> mapConcurrentUnordered(int atOnce, Fn<? super T, ? extends R> fn) {
    var how = new Crossing.Concurrent(Arguments.atLeastOne("atOnce", atOnce), Crossing.Order.UNORDERED, null,
        Erased.fn("fn", fn));
    return new Pipeline<>(new Node.Crossed(Site.here("mapConcurrentUnordered"), node, how));
  }

  /**
   * {@return what a function makes of each, in a virtual thread for each; those of one key one after the other, in
   * their order} A key that takes long holds up no other, as long as no more than 1,024 of its elements wait.
   *
   * @param atOnce how many at once, at least 1
   * @param key which elements must not overtake each other
   * @param fn makes one of another; may block
   * @param <K> the keys
   * @param <R> what is made
   * @throws IllegalArgumentException if {@code atOnce} is below 1
   */
  public <K, R> Pipeline<R> mapConcurrentByKey(
      int atOnce, Fn<? super T, ? extends K> key, Fn<? super T, ? extends R> fn) {
    Arguments.atLeastOne("atOnce", atOnce);
    var how = new Crossing.Concurrent(atOnce, Crossing.Order.BY_KEY, Erased.fn("key", key), Erased.fn("fn", fn));
    return new Pipeline<>(new Node.Crossed(Site.here("mapConcurrentByKey"), node, how));
  }

  /**
   * {@return what a stage of your own makes of the elements} The job starts it, and adds the subscription.
   *
   * @param stage the stage; its name must be unique in the job
   * @param <R> what it makes
   */
  public <R> Pipeline<R> via(ProducerConsumerSpec<T, R, ?> stage) {
    var how = new Crossing.Via(Arguments.notNull("stage", stage));
    return new Pipeline<>(new Node.Crossed(Site.here("via"), node, how));
  }

  // ---- time and keys

  /**
   * {@return the same, each with its time} Put it on each source, before they are merged.
   *
   * @param time reads an element's time
   * @param outOfOrder how far one may be behind the newest before it; later ones are late
   * @throws IllegalArgumentException if {@code outOfOrder} is negative
   */
  public Pipeline<T> eventTime(Fn<? super T, Instant> time, Duration outOfOrder) {
    EventTime<T> how = EventTime.<T>of(Arguments.notNull("time", time))
        .outOfOrder(Arguments.notNull("outOfOrder", outOfOrder));
    return step("eventTime", timed(how));
  }

  /**
   * {@return the same, each with its time} Put it on each source, before they are merged.
   *
   * @param how how
   */
  public Pipeline<T> eventTime(EventTime<? super T> how) {
    return step("eventTime", timed(Arguments.notNull("how", how)));
  }

  /**
   * {@return the elements by a key of theirs, to be reduced for each}
   *
   * @param key the key of an element, with {@code equals} and {@code hashCode}; never null
   * @param <K> the keys
   */
  public <K> Keyed<K, T> keyBy(Fn<? super T, ? extends K> key) {
    return new Keyed<>(Site.here("keyBy"), node, Erased.fn("key", key), 1);
  }

  /**
   * {@return the elements in windows over all of them, to be reduced in each}
   *
   * @param windows which
   */
  public Windowing<All, T> window(Windows windows) {
    Site site = Site.here("window");
    return new Windowing<>(site, node, site, null, 1, Windowing.framed(site, windows));
  }

  /**
   * {@return this pipeline and another, to be joined}
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
   * @param key the key of an element
   * @param bound how many rows
   * @param <K> the keys
   */
  public <K> Table<K, T> toTable(Fn<? super T, ? extends K> key, Bound bound) {
    Arguments.notNull("bound", bound);
    return new Table<>(new TablePlan(Site.here("toTable"), node, Erased.fn("key", key), bound,
        TablePlan.Reading.LOADED_FIRST));
  }

  /**
   * {@return what is made of each element and the row of its key}
   *
   * @param table the table
   * @param key the key of an element
   * @param fn makes one of an element and a row, if there is one
   * @param <K> the keys
   * @param <V> the rows
   * @param <R> what is made
   */
  public <K, V, R> Pipeline<R> enrich(
      Table<K, V> table, Fn<? super T, ? extends K> key, Fn2<? super T, ? super Optional<V>, ? extends R> fn) {
    Arguments.notNull("table", table);
    return new Pipeline<>(new Node.Enriched(Site.here("enrich"), node, table.plan(), Erased.fn("key", key),
        Erased.fn2("fn", fn)));
  }

  // ---- fan-out

  /**
   * {@return the same; another pipeline gets them, too} The slower of the two sets the pace.
   *
   * @param branch the other pipeline, up to its sink; called once, now
   */
  public Pipeline<T> alsoTo(Fn<Pipeline<T>, Job<?>> branch) {
    Site site = Site.here("alsoTo");
    return new Pipeline<>(new Node.Copied(site, node, List.of(Erased.branch(site, branch))));
  }

  /**
   * {@return those for which a condition does not hold; another pipeline gets the others}
   *
   * @param test which the other pipeline gets
   * @param branch the other pipeline, up to its sink; called once, now
   */
  public Pipeline<T> divertTo(Criterion<? super T> test, Fn<Pipeline<T>, Job<?>> branch) {
    Site site = Site.here("divertTo");
    return new Pipeline<>(new Node.Diverted(site, node, Erased.criterion("test", test), Erased.branch(site, branch)));
  }

  /**
   * {@return a job in which several pipelines get every element; its result is the report} The slowest of them sets
   * the pace.
   *
   * @param branches the pipelines, each up to its sink; each called once, now
   * @throws IllegalArgumentException if there is no branch
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
   * {@return the same; elements that the steps before it fail on are treated like this} It covers the steps back to
   * the last policy, or to where the stage begins. See {@link OnFailure} for the default.
   *
   * @param policy what becomes of them
   */
  public Pipeline<T> onFailure(OnFailure policy) {
    return step("onFailure", new Step.Guard(Arguments.notNull("policy", policy)));
  }

  /**
   * {@return the same, and something in place of each element that the steps before it fail on} It covers the steps
   * back to the last policy, or to where the stage begins. A failure of the function itself is a failure of its
   * step.
   *
   * @param fn makes an element of a failure
   */
  public Pipeline<T> recover(Fn<? super Failed, ? extends T> fn) {
    @SuppressWarnings("unchecked")   // the signature has checked it
    var erased = (Fn<Failed, Object>) (Fn<?, ?>) Arguments.notNull("fn", fn);
    return step("recover", new Step.Recover(erased));
  }

  /**
   * {@return the same; an element that the steps before it take longer for has failed} The thread is interrupted.
   * Steps that do not heed that for as long again are abandoned, and the stage restarts. Covers the steps back to the
   * last policy, or to where the stage begins.
   *
   * @param perElement how long, above zero
   * @throws IllegalArgumentException if {@code perElement} is not above zero
   */
  public Pipeline<T> timeout(Duration perElement) {
    return step("timeout", new Step.Timeout(Arguments.positive("perElement", perElement)));
  }

  // ---- sinks

  /**
   * {@return a job that does something with each element} Its result is the report.
   *
   * @param action what
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
   * may leave half an element in it.
   *
   * @param collector how
   * @param <R> the result
   */
  public <R> Job<R> collect(Collector<? super T, ?, R> collector) {
    return job(new End(Site.here("collect"), node, new Sink.Collect(Erased.collector(collector))));
  }

  /**
   * {@return a job that folds the elements to one value}
   *
   * @param zero what there is before the first
   * @param fold takes one in, and returns a new value
   * @param <A> what is folded to
   */
  public <A> Job<A> reduce(A zero, Fold<A, ? super T> fold) {
    var sink = new Sink.Reduce(Arguments.notNull("zero", zero), Erased.fold("fold", fold));
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
    return job(new End(Site.here("topK"), node, new Sink.Reduce(top.zero(), Erased.fold("fold", top.fold()))));
  }

  /**
   * {@return a job that makes a list of the elements}
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
