package stage.runtime.pipeline;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import stage.api.ConsumerSpec;
import stage.api.DeadLetterHandler;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Opening;
import stage.api.ProducerConsumerSpec;
import stage.api.ProducerRef;
import stage.api.ProducerSpec;
import stage.api.Redelivery;
import stage.api.Restart;
import stage.api.RunSnapshot;
import stage.api.Stage;
import stage.api.StageRef;
import stage.api.StageSpec;
import stage.api.SubscriptionSpec;
import stage.api.pipeline.DeliverySource;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.PartitionedSource;
import stage.api.pipeline.Report;
import stage.api.pipeline.plan.Crossing;
import stage.api.pipeline.plan.Origin;
import stage.api.pipeline.plan.Sink;
import stage.api.pipeline.plan.Step;
import stage.api.supervision.Supervisor;
import stage.runtime.bridge.BridgeContext;
import stage.runtime.engine.StageRuns;
import stage.runtime.pipeline.StagePlan.Feed;
import stage.runtime.pipeline.StagePlan.Kind;
import stage.runtime.pipeline.operator.Times;
import stage.runtime.pipeline.receipt.AnswersStage;
import stage.runtime.pipeline.receipt.Book;
import stage.runtime.pipeline.receipt.DeliveryStage;
import stage.runtime.pipeline.receipt.PartitionBook;
import stage.runtime.pipeline.receipt.QueueBook;
import stage.runtime.time.Time;

/**
 * The stages of one running job. The thread that starts them records each one; their threads may run before the next
 * one exists, and look up those started before them. Everything known before the first start does not change after
 * that.
 */
final class Deployment {
  private final List<StagePlan> stages;
  private final Demand demand;
  private final Redelivery redelivery;
  private final Sink sink;
  private final JobContext job;
  private final Map<StagePlan, StageRef<?>> refs = new ConcurrentHashMap<>();   // put by the thread that starts it
  private final Map<StagePlan, ProducerRef<?, ?>> producers = new HashMap<>();   // that thread only
  private final Map<StagePlan, Tally.Board> boards = new LinkedHashMap<>();
  private final Map<StagePlan, AtomicInteger> consumers = new LinkedHashMap<>();   // that have not ended
  private final Set<StagePlan> unwanted = ConcurrentHashMap.newKeySet();
  private final Map<StagePlan, Routes> routes = new LinkedHashMap<>();
  private final Map<StagePlan, Book> books = new LinkedHashMap<>();   // of those that have deliveries
  private final List<StageRef<?>> answers = new ArrayList<>();
  private final Queue<StagePlan> ended = new ConcurrentLinkedQueue<>();   // and have not been heeded
  private final Set<StagePlan> over = ConcurrentHashMap.newKeySet();   // those that have said that they have ended

  /**
   * Volatile: a stage that adds itself to the queue before this is set is found by the thread that sets it, one that
   * does so after it sees it.
   */
  private volatile boolean isStarted;

  Deployment(List<StagePlan> stages, Demand demand, Redelivery redelivery, Sink sink, JobContext job) {
    this.stages = stages;
    this.demand = demand;
    this.redelivery = redelivery;
    this.sink = sink;
    this.job = job;
    for (StagePlan stage : stages) {
      boards.put(stage, new Tally.Board(stage.name));
      consumers.put(stage, new AtomicInteger());
      if (stage.sharing == StagePlan.Sharing.BY_ROUTE) {
        routes.put(stage, new Routes(stage.routes, stage.isSharedByKey()));
      }
    }
    job.onCompleted(this::completed);
    job.onUnresponsive(this::kill);
    job.onUnwanted(this::unwanted);
    for (StagePlan stage : stages) for (Feed feed : stage.feeds) consumers.get(feed.from()).incrementAndGet();
  }

  /**
   * Starts all, each after those that feed it. What shares its events out to all waits until all are there, and so do
   * the sources: an empty one would otherwise complete, and what it feeds with it, before the rest has subscribed.
   *
   * @param endsScope whether the scope shuts itself down when all of them have ended
   */
  void start(Supervisor scope, boolean endsScope) {
    List<StageRef<?>> paused = new ArrayList<>();
    startAnswers(scope, endsScope);
    for (StagePlan stage : stages) {
      StageRef<?> ref = started(scope, stage, endsScope);
      refs.put(stage, ref);
      if (!isSomebodyElses(stage)) StageRuns.tell(ref, numbers(stage));
      if (ref instanceof ProducerRef<?, ?> producer) producers.put(stage, producer);
      if (stage.sharing == StagePlan.Sharing.TO_ALL || isOwnSource(stage)) {
        ref.pause();   // it has no events, since nobody has asked for any
        paused.add(ref);
      }
    }
    paused.forEach(StageRef::resume);
    started();
  }

  private StageRef<?> started(Supervisor scope, StagePlan stage, boolean isSignificant) {
    if (stage.kind instanceof Kind.Source source && source.origin() instanceof Origin.Ref running) return running.ref();
    StageSpec<?> spec = spec(stage);
    return start(scope, spec, isSignificant && canEnd(spec));
  }

  private static StageRef<?> start(Supervisor scope, StageSpec<?> described, boolean isSignificant) {
    return switch (described) {
      case ProducerSpec<?, ?> spec -> {
        ProducerSpec<?, ?> its = isSignificant ? spec.asSignificant() : spec;
        yield scope.start(its);
      }
      case ProducerConsumerSpec<?, ?, ?> spec -> {
        ProducerConsumerSpec<?, ?, ?> its = isSignificant ? spec.asSignificant() : spec;
        yield scope.start(its);
      }
      case ConsumerSpec<?, ?> spec -> {
        ConsumerSpec<?, ?> its = isSignificant ? spec.asSignificant() : spec;
        yield scope.start(its);
      }
    };
  }

  /** {@return whether a stage ends by itself} A user's stage may be permanent. */
  private static boolean canEnd(StageSpec<?> spec) {
    return spec.options().restart() != Restart.PERMANENT;
  }

  private StageSpec<?> spec(StagePlan stage) {
    return switch (stage.kind) {
      case Kind.Source(Origin origin) -> source(stage, origin);
      case Kind.Run run -> run(stage);
      case Kind.Concurrent(var how) -> concurrent(stage, how);
      case Kind.Via(Crossing.Via(var spec)) -> fed(erased(spec), stage);
      case Kind.To(Sink.To(var spec)) -> fed(erased(spec), stage);
      case Kind.End end -> end(stage);
    };
  }

  /** Not one that runs already, nor one that waits for something else: to resume it would end that. */
  private static boolean isOwnSource(StagePlan stage) {
    if (!(stage.kind instanceof Kind.Source(Origin origin)) || origin instanceof Origin.Ref) return false;
    return !(origin instanceof Origin.Spec(var spec)) || spec.opening().equals(Opening.DEFAULT);
  }

  private static boolean isSomebodyElses(StagePlan stage) {
    return stage.kind instanceof Kind.Source(Origin.Ref ref);
  }

  /** {@return reads how far a stage has come, on any thread} What feeds it has been started. */
  private Supplier<RunSnapshot> numbers(StagePlan stage) {
    String steps = Descriptions.steps(stage);
    Book book = books.get(stage);
    if (book != null) {
      return () -> new RunSnapshot(steps, 0, Duration.ZERO, Optional.empty(), 0, 0, 0, 0, book.report().open(),
          book.settling().inFlight(), book.failedAnswer(), Optional.empty());
    }
    if (!stage.isRun()) return () -> RunSnapshot.of(steps);
    Tally.Board board = boards.get(stage);
    List<String> inputs = stage.feeds.stream().map(feed -> refs.get(feed.from()).path()).toList();
    return () -> numbers(steps, board, inputs, job.time().nanos());
  }

  /** The stage that answers when the source has ended shows what is open only then, so that nothing counts twice. */
  private static RunSnapshot answers(String source, Book book) {
    String steps = "answers to " + source;
    if (!book.isSourceGone()) return RunSnapshot.of(steps);
    return new RunSnapshot(steps, 0, Duration.ZERO, Optional.empty(), 0, 0, 0, 0, book.report().open(),
        book.settling().inFlight(),
        book.failedAnswer(), Optional.empty());
  }

  private static RunSnapshot numbers(String steps, Tally.Board board, List<String> inputs, long now) {
    Report.Run counted = board.committed();
    Tally.Reached reached = board.reached();
    boolean isKnown = reached.watermark() != Times.NEVER && reached.watermark() != Times.FOREVER;
    long at = board.progressNanos();
    return new RunSnapshot(steps, board.progress(), Duration.ofNanos(at == 0 ? 0 : Math.max(0, now - at)),
        isKnown ? Optional.of(Times.instant(reached.watermark())) : Optional.empty(), reached.openWindows(),
        counted.filtered(), counted.late(), counted.retried(), 0, 0, Optional.empty(),
        reached.behind() < 0 ? Optional.empty() : Optional.of(inputs.get(reached.behind())));
  }

  // ---- specs

  private ProducerSpec<?, ?> source(StagePlan stage, Origin origin) {
    return switch (origin) {
      case Origin.Elements(var elements) when elements instanceof Collection<?> -> Stage.producer(stage.name, () ->
          new ElementsSource(stage.site, elements));
      case Origin.Elements(var elements) -> Stage.ofIterable(stage.name, new SitedElements(stage.site, elements));
      case Origin.Files(var files) -> Stage.producer(stage.name, () -> new FilesSource(stage.site, files));
      case Origin.Text(var text, var isTaken) -> Stage.ofLines(stage.name, text);
      case Origin.Loop(var loop) -> Stage.generator(stage.name, () -> new LoopSource(stage.site, loop));
      case Origin.Spec(var spec) -> spec;
      case Origin.Publisher(var publisher) -> Stage.fromPublisher(stage.name, publisher);
      case Origin.Tick(var period) -> Stage.generator(stage.name, () -> new TickSource(Time.toNanos(period),
          job.clock()));
      case Origin.Deliveries deliveries -> deliveries(stage);
      case Origin.Partitioned partitioned -> deliveries(stage);
      case Origin.Ref ref -> throw new IllegalStateException("it runs already");
      case Origin.Branch branch -> throw new IllegalStateException("a branch has no source of its own");
      case Origin.Part part -> throw new IllegalStateException("a part has no source of its own");
    };
  }

  private ProducerSpec<?, ?> deliveries(StagePlan stage) {
    Book book = books.get(stage);
    var standstill = new Standstill(stage, refs, books);
    return Stage.producer(stage.name, () -> new DeliveryStage(book, standstill));
  }

  @SuppressWarnings("unchecked")   // the signatures of Pipeline have checked it
  private static Book book(StagePlan stage, Time time) {
    return switch (stage.kind) {
      case Kind.Source(Origin.Deliveries(var source, var how)) ->
          new QueueBook<>(stage.name, (DeliverySource<Object>) source, how, time);
      case Kind.Source(Origin.Partitioned(var source, var how)) ->
          new PartitionBook<>(stage.name, (PartitionedSource<Object, Object>) source, how, time);
      default -> null;
    };
  }

  /** The stages that wait for the last answers: there before the sources are, and gone after everything else. */
  private void startAnswers(Supervisor scope, boolean isSignificant) {
    for (StagePlan stage : stages) {
      Book book = book(stage, job.time());
      if (book == null) continue;
      books.put(stage, book);
      ConsumerSpec<Object, AnswersStage> spec = Stage.consumer(stage.name + "-answers", () ->
          new AnswersStage(book, this::areAllOver));
      StageRef<?> ref = scope.start(isSignificant ? spec.asSignificant() : spec);
      StageRuns.tell(ref, () -> answers(stage.name, book));
      answers.add(ref);
    }
  }

  private ProducerConsumerSpec<Object, Object, RunStage> run(StagePlan stage) {
    boolean isCopied = stage.sharing == StagePlan.Sharing.TO_ALL;
    ChainPlan plan = Links.of(stage, isCopied ? consumers.get(stage).get() : 1);
    ProducerConsumerSpec<Object, Object, RunStage> spec = Stage.producerConsumer(stage.name, () ->
        new RunStage(context -> chain(stage, plan, context)));
    Optional<DeadLetterHandler> handler = Handlers.of(plan);
    if (handler.isPresent()) spec = spec.withDeadLetters(handler.get());
    return fed(spec.withRedelivery(redelivery), stage).withDispatcher(dispatcher(stage));
  }

  private ConsumerSpec<Object, SinkStage> end(StagePlan stage) {
    ChainPlan plan = Links.of(stage, 0);
    ConsumerSpec<Object, SinkStage> spec = Stage.consumer(stage.name, () -> new SinkStage(context ->
        chain(stage, plan, context)));
    Optional<DeadLetterHandler> handler = Handlers.of(plan);
    if (handler.isPresent()) spec = spec.withDeadLetters(handler.get());
    return fed(spec.withRedelivery(redelivery), stage);
  }

  private Chain chain(StagePlan stage, ChainPlan plan, BridgeContext context) {
    context.kept(() -> reason -> ended(stage));
    if (routes.containsKey(stage)) routes.get(stage).onClosed(context::notifyBridge);
    return context.transactional("run", () -> new Chain(plan, job, new Tally(boards.get(stage))));
  }

  private ProducerConsumerSpec<Object, Object, Stage.ProducerConsumer<Object, Object>> concurrent(StagePlan stage,
      Crossing.Concurrent how) {
    OnFailure policy = OnFailure.ofDefault();
    long timeoutNanos = 0;
    for (Part.Plain each : stage.policies) {
      if (each.step() instanceof Step.Timeout(Duration limit)) timeoutNanos = Time.toNanos(limit);
      if (each.step() instanceof Step.Guard(OnFailure its)) policy = its;
      if (!(each.step() instanceof Step.Timeout)) break;   // the first one covers it
    }
    boolean isByKey = how.order() == Crossing.Order.BY_KEY;
    ConcurrentFunction function = isByKey ? new ConcurrentFunction.ByKey(how.fn(), policy, timeoutNanos, job)
        : new ConcurrentFunction(how.fn(), policy, timeoutNanos, job);
    ProducerConsumerSpec<Object, Object, Stage.ProducerConsumer<Object, Object>> spec =
        how.order() == Crossing.Order.ORDERED
        ? Stage.mapConcurrent(stage.name, how.atOnce(), function) : Stage.mapConcurrentUnordered(stage.name,
            how.atOnce(), function);
    return fed(spec.withRedelivery(redelivery), stage);
  }

  @SuppressWarnings("unchecked")   // the signatures of Pipeline have checked it
  private static ProducerConsumerSpec<Object, Object, ?> erased(ProducerConsumerSpec<?, ?, ?> spec) {
    return (ProducerConsumerSpec<Object, Object, ?>) spec;
  }

  @SuppressWarnings("unchecked")   // the signatures of Pipeline have checked it
  private static ConsumerSpec<Object, ?> erased(ConsumerSpec<?, ?> spec) {
    return (ConsumerSpec<Object, ?>) spec;
  }

  private <S extends Stage.Behaviour> ProducerConsumerSpec<Object, Object, S> fed(
      ProducerConsumerSpec<Object, Object, S> spec, StagePlan stage) {
    ProducerConsumerSpec<Object, Object, S> fed = spec;
    for (Feed feed : stage.feeds) fed = fed.subscribeTo(subscription(feed, stage));
    return fed;
  }

  private <S extends Stage.Behaviour> ConsumerSpec<Object, S> fed(ConsumerSpec<Object, S> spec, StagePlan stage) {
    ConsumerSpec<Object, S> fed = spec;
    for (Feed feed : stage.feeds) fed = fed.subscribeTo(subscription(feed, stage));
    return fed;
  }

  private SubscriptionSpec<?> subscription(Feed feed, StagePlan stage) {
    SubscriptionSpec<?> spec = SubscriptionSpec.to(producers.get(feed.from()))
        .withDemand(feed.buffer() == 0 ? stage.demand(demand) : Demand.max(feed.buffer()));
    return feed.route() < 0 ? spec : spec.withPartition(feed.route());
  }

  private Dispatcher<Object> dispatcher(StagePlan stage) {
    return switch (stage.sharing) {
      case BY_DEMAND -> Dispatcher.demand();
      case TO_ALL -> Dispatcher.broadcast();
      case BY_ROUTE -> {
        // What a consumer that has ended leaves behind keeps its place in the backlog, but holds up nobody: see Routes.
        yield Dispatcher.<Object>partitionByIndex(stage.routes, routes.get(stage))
            .withBacklog((int) Math.min(1 << 20, Math.max(8_192, 4L * demand.max())));
      }
    };
  }

  // ---- the end

  /**
   * A stage has ended. On its thread. While others are still being started, those before it wait: who subscribes to
   * one that has ended is refused.
   */
  private void ended(StagePlan stage) {
    ended.add(stage);
    if (isStarted) started();
  }

  /** Handles the ends of stages. Any thread; each stage is taken out of the queue, and so handled, once. */
  private void started() {
    isStarted = true;
    for (StagePlan stage = ended.poll(); stage != null; stage = ended.poll()) {
      over.add(stage);
      books.values().forEach(Book::oneLess);
      leaveBehind(stage);
    }
  }

  /**
   * {@return whether no stage is left but sources and those that wait for answers, so that nothing more is settled} Any
   * thread. Not all stages say that they have ended.
   */
  private boolean areAllOver() {
    if (!isStarted) return false;
    for (StagePlan stage : stages) {
      if (stage.kind instanceof Kind.Source || over.contains(stage)) continue;
      if (stage.isRun() || refs.get(stage).isAlive()) return false;
    }
    return true;
  }

  /**
   * A stage takes the rest of its input without using it: other stages may use the same deliveries, so nothing may get
   * lost. Sources without other consumers stop, and everything behind them completes. On its thread.
   */
  private void unwanted(String name) {
    for (StagePlan stage : stages) if (stage.name.equals(name)) unwanted(stage);
  }

  private void unwanted(StagePlan stage) {
    if (!unwanted.add(stage)) return;
    for (Feed feed : stage.feeds) {
      StagePlan from = feed.from();
      boolean isWanted = stages.stream().anyMatch(other -> !unwanted.contains(other)
          && other.feeds.stream().anyMatch(each -> each.from() == from));
      if (isWanted) continue;
      if (!(from.kind instanceof Kind.Source(Origin origin))) unwanted(from);
      else if (!(origin instanceof Origin.Ref)) refs.get(from).stop();
    }
  }

  /** Ends the stages that fed only a stage that has ended. */
  private void leaveBehind(StagePlan stage) {
    for (Feed feed : stage.feeds) {
      StagePlan from = feed.from();
      if (feed.route() >= 0 && routes.get(from).close(feed.route())) refs.get(from).stop();
      if (consumers.get(from).decrementAndGet() > 0) continue;
      if (from.kind instanceof Kind.Source(Origin.Ref ref)) continue;   // it was there before, and goes on
      StageRef<?> ref = refs.get(from);
      if (ref != null) ref.stop();
      if (!from.isRun()) leaveBehind(from);   // the others say so themselves
    }
  }

  /**
   * A stage has nothing more to emit. What still waits for a consumer that has ended must not keep it. On its thread.
   */
  private void completed(String name) {
    for (Map.Entry<StagePlan, Routes> each : routes.entrySet()) {
      if (each.getKey().name.equals(name) && each.getValue().complete()) refs.get(each.getKey()).stop();
    }
  }

  /** A step of a stage takes too long and ignores its interrupt: another thread takes over. Any thread. */
  private void kill(String name) {
    for (StagePlan stage : stages) if (stage.name.equals(name)) refs.get(stage).kill();
  }

  /**
   * Begins to stop: the sources end, and then each stage in turn, which knows that its input was cut short. A source
   * that is someone else's is left.
   */
  void stop() {
    own().forEach(StageRuns::drain);
  }

  /** {@return the stages of the job, each after those that feed it} */
  List<StageRef<?>> own() {
    Stream<StageRef<?>> own = stages.stream().filter(stage -> !(stage.kind instanceof Kind.Source(Origin.Ref ref)))
        .map(refs::get);
    return Stream.concat(own, answers.stream()).toList();
  }

  Object result() {
    JobContext.Result result = job.result();
    if (result != null) return result.value();
    boolean isReport = switch (sink) {
      case Sink.ForEach forEach -> true;
      case Sink.To to -> true;
      case Sink.Nothing nothing -> true;
      case Sink.Reduce reduce -> false;
      case Sink.Collect collect -> false;
      case Sink.ToList list -> false;
      case Sink.Count count -> false;
    };
    if (isReport) return report();
    throw new CancellationException("job was stopped before it had a result");
  }

  Report report() {
    return Reports.of(stages, boards, refs, books.values().stream().map(Book::report).toList());
  }
}
