package stage.samples.flights;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import stage.api.DeadLetter;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StageFactory;
import stage.api.pipeline.Fn;
import stage.api.pipeline.Fold;
import stage.api.pipeline.Job;
import stage.api.supervision.Decision;
import stage.api.supervision.Intensity;
import stage.api.supervision.SupervisorSpec;

/**
 * {@code --chaos}: crashes at random points in random stages, planned by a seed, in a job whose table must be the same
 * nevertheless.
 *
 * <p>Only planned crashes are answered with a restart. A failure that nobody planned is not to be tried again and
 * again: it ends the job, as it does without chaos.
 */
final class Chaos {
  /**
   * What the command line asks for.
   *
   * @param crashes how many, at least 1
   * @param seed what decides where; empty for any
   */
  record Wish(int crashes, OptionalLong seed) {
    static final int MOST_CRASHES = 1_000_000;

    /** Longer than any job. */
    private static final Duration ALWAYS = Duration.ofDays(365);

    /** {@return a scope that restarts what it is planned to, and nothing else} */
    SupervisorSpec supervisedBy(SupervisorSpec scope) {
      // One more than are planned: as many as an event may be delivered again would be worth a warning.
      return scope.withIntensity(new Intensity(crashes + 1, ALWAYS))
          .withDecisions(failure -> failure.cause() instanceof PlannedCrash ? Decision.RESTART : Decision.ESCALATE);
    }
  }

  /**
   * Where nobody knows how long the input is: about a block. What is left when it turns out to be shorter comes at its
   * end.
   */
  private static final int ROWS_PER_CRASH = 1000;

  private static final long SEEDS = 1_000_000;

  private final int wished;
  private final long seed;
  private final Map<String, CrashPlan> plans = new LinkedHashMap<>();
  private final Map<String, CrashingStep> steps = new LinkedHashMap<>();
  private final ReadMeter meter;
  private final AtomicReference<DeadLetter> lost = new AtomicReference<>();

  /**
   * Plans the crashes.
   *
   * @param stages the names of the stages that may crash
   * @param size how many bytes there are to read, if that is known
   * @param meter how far reading has come
   */
  Chaos(Wish wish, List<String> stages, OptionalLong size, ReadMeter meter) {
    this(wish, stages, Map.of(), size, meter);
  }

  /**
   * Plans the crashes, some of them in the steps of a pipeline.
   *
   * @param stages the names of the stages that may crash
   * @param steps the names of the steps that may crash the stage they are in, and how many calls there are at most
   *     from one crash to the next
   * @param size how many bytes there are to read, if that is known
   * @param meter how far reading has come
   */
  Chaos(Wish wish, List<String> stages, Map<String, Integer> steps, OptionalLong size, ReadMeter meter) {
    this.meter = meter;
    this.wished = wish.crashes();
    this.seed = wish.seed().orElseGet(() -> new SplittableRandom().nextLong(SEEDS));
    SplittableRandom random = new SplittableRandom(seed);
    LongSupplier read = size.isPresent() ? meter::bytes : meter::rows;
    long all = Math.max(1, size.orElse((long) wished * ROWS_PER_CRASH));
    Map<String, List<Long>> points = new LinkedHashMap<>();
    for (String stage : stages) points.put(stage, new ArrayList<>());
    List<String> names = steps.keySet().stream().sorted().toList();
    Map<String, Integer> ofSteps = new LinkedHashMap<>();
    for (int i = 0; i < wished; i++) {
      int who = random.nextInt(stages.size() + names.size());
      if (who < stages.size()) points.get(stages.get(who)).add(random.nextLong(all));
      else ofSteps.merge(names.get(who - stages.size()), 1, Integer::sum);
    }
    for (String step : names) {
      this.steps.put(step, new CrashingStep(step, ofSteps.getOrDefault(step, 0), steps.get(step), random.split()));
    }
    points.forEach((stage, some) -> {
      long[] sorted = some.stream().mapToLong(Long::longValue).toArray();
      plans.put(stage, new CrashPlan(stage, sorted, read, random.split(), this::takeOfIdleSteps));
    });
  }

  /** {@return a job whose stages are restarted as often as they are to crash} */
  <R> Job<R> restarted(Job<R> job) {
    return job.withIntensity(new Intensity(wished + 1, Wish.ALWAYS));
  }

  /** {@return how often an event is delivered again} Even if every crash hits the same one, it is not given up. */
  Redelivery redelivery() {
    return Redelivery.attempts(wished);
  }

  /** {@return a factory of producers that crash} */
  <O> StageFactory<Stage.Producer<O>> producer(String name, StageFactory<? extends Stage.Producer<O>> factory) {
    return () -> new Crashing.OfProducer<>(plans.get(name), factory.create());
  }

  /** {@return a factory of producer-consumers that crash} */
  <I, O> StageFactory<Stage.ProducerConsumer<I, O>> producerConsumer(
      String name, StageFactory<? extends Stage.ProducerConsumer<I, O>> factory) {
    return () -> new Crashing.OfProducerConsumer<>(plans.get(name), factory.create());
  }

  /** {@return a factory of consumers that crash} */
  <I> StageFactory<Stage.Consumer<I>> consumer(String name, StageFactory<? extends Stage.Consumer<I>> factory) {
    return () -> new Crashing.OfConsumer<>(plans.get(name), factory.create());
  }

  /** {@return a step that crashes} */
  <T, R> Fn<T, R> step(String name, Fn<T, R> step) {
    return steps.get(name).around(step);
  }

  /** {@return a fold that crashes} */
  <A, T> Fold<A, T> fold(String name, Fold<A, T> fold) {
    return steps.get(name).around(fold);
  }

  /**
   * {@return the last step, with its crashes} Once everything has been read it makes those too that other steps have
   * not come to, because the input was short.
   */
  <T, R> Fn<T, R> lastStep(String name, Fn<T, R> step) {
    return steps.get(name).around(step, meter::isAtEnd, this::takeOfSteps);
  }

  private int takeOfSteps() {
    return steps.values().stream().mapToInt(CrashingStep::take).filter(taken -> taken > 0).findFirst().orElse(0);
  }

  /** Where nothing is counted, the last step has nothing to do. */
  private int takeOfIdleSteps() {
    return meter.isAtEnd() && steps.values().stream().anyMatch(CrashingStep::isIdle) ? takeOfSteps() : 0;
  }

  /** An event was given up. Any thread. */
  void lost(DeadLetter letter) {
    lost.compareAndSet(null, letter);
  }

  /**
   * Makes sure that the table is what it would be without chaos.
   *
   * @throws JobFailed if an event was given up
   */
  void ensureHarmless() throws JobFailed {
    DeadLetter letter = lost.get();
    if (letter != null) {
      throw new JobFailed(
          "stage " + letter.path() + " has given up an event, so the table would be wrong; its cause: "
              + letter.cause(),
          letter.cause());
    }
  }

  /** {@return a line that tells what was done} All stages have ended. */
  String report() {
    return report(plans.values().stream().mapToInt(CrashPlan::restarts).sum());
  }

  /**
   * {@return a line that tells what was done} All stages have ended.
   *
   * @param restarts how often stages were started again; starts that crashed come on top
   */
  String reportWith(int restarts) {
    return report(restarts + crashes(CrashPlan.Moment.RESTART));
  }

  private String report(int restarts) {
    int crashes = Stream.of(CrashPlan.Moment.values()).mapToInt(this::crashes).sum();
    String moments = Stream.of(CrashPlan.Moment.values())
        .map(moment -> crashes(moment) + " " + moment.words())
        .collect(Collectors.joining(", "));
    return String.format(Locale.ROOT, "%s (%s), %d restart%s, no event given up; --seed %d plans the same crashes\n",
        crashes == wished ? count(crashes) : crashes + " of " + count(wished), moments, restarts,
        restarts == 1 ? "" : "s", seed);
  }

  private int crashes(CrashPlan.Moment moment) {
    return plans.values().stream().mapToInt(plan -> plan.crashes(moment)).sum()
        + steps.values().stream().mapToInt(step -> step.crashes(moment)).sum();
  }

  private static String count(int crashes) {
    return crashes + (crashes == 1 ? " crash" : " crashes");
  }
}
