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
  private final AtomicReference<DeadLetter> lost = new AtomicReference<>();

  /**
   * Plans the crashes.
   *
   * @param stages the names of the stages that may crash
   * @param size how many bytes there are to read, if that is known
   * @param meter how far reading has come
   */
  Chaos(Wish wish, List<String> stages, OptionalLong size, ReadMeter meter) {
    this.wished = wish.crashes();
    this.seed = wish.seed().orElseGet(() -> new SplittableRandom().nextLong(SEEDS));
    SplittableRandom random = new SplittableRandom(seed);
    LongSupplier read = size.isPresent() ? meter::bytes : meter::rows;
    long all = Math.max(1, size.orElse((long) wished * ROWS_PER_CRASH));
    Map<String, List<Long>> points = new LinkedHashMap<>();
    for (String stage : stages) points.put(stage, new ArrayList<>());
    for (int i = 0; i < wished; i++) points.get(stages.get(random.nextInt(stages.size()))).add(random.nextLong(all));
    points.forEach((stage, some) -> {
      long[] sorted = some.stream().mapToLong(Long::longValue).toArray();
      plans.put(stage, new CrashPlan(stage, sorted, read, random.split()));
    });
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
    int crashes = plans.values().stream().mapToInt(CrashPlan::crashes).sum();
    int restarts = plans.values().stream().mapToInt(CrashPlan::restarts).sum();
    String moments = Stream.of(CrashPlan.Moment.values())
        .map(moment -> plans.values().stream().mapToInt(plan -> plan.crashes(moment)).sum() + " " + moment.words())
        .collect(Collectors.joining(", "));
    return String.format(Locale.ROOT, "%s (%s), %d restart%s, no event given up; --seed %d plans the same crashes\n",
        crashes == wished ? count(crashes) : crashes + " of " + count(wished), moments, restarts,
        restarts == 1 ? "" : "s", seed);
  }

  private static String count(int crashes) {
    return crashes + (crashes == 1 ? " crash" : " crashes");
  }
}
