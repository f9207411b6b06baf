package stage.stress;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageEndedException;
import stage.api.StageRef;
import stage.api.StopReason;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.ScopeMisuseException;
import stage.api.supervision.Strategy;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;

/**
 * R5: a tree of supervisors, six below each, in which stages are started, stopped, killed and crashed at random, also
 * where they start and stop.
 */
final class TreeStorm {
  private static final int BREADTH = 6;

  private final SplittableRandom random;
  private final List<Supervisor> supervisors = new ArrayList<>();
  private final List<StageRef<?>> stages = new ArrayList<>();
  // incarnations whose onStart has returned and whose onStop has not begun
  private final AtomicInteger running = new AtomicInteger();
  private int named;
  private int tooLate;

  private TreeStorm(long seed) {
    this.random = new SplittableRandom(seed);
  }

  static void run(long seed, int size, int actions, Duration limit) throws Exception {
    new TreeStorm(seed).run(size, actions, limit);
  }

  private void run(int size, int actions, Duration limit) throws Exception {
    long until = System.nanoTime() + limit.toNanos();
    Supervisor root = Supervisor.open(
        SupervisorSpec.of("tree").withIntensity(Intensity.of(Integer.MAX_VALUE)).withShutdown(Duration.ofSeconds(60)));
    boolean failed = false;
    try (root) {
      supervisors.add(root);
      int at = 0;
      while (supervisors.size() < size / BREADTH) {
        Supervisor parent = supervisors.get(at++);
        for (int i = 0; i < BREADTH; i++) supervisors.add(parent.start(spec()));
      }
      while (stages.size() < size) start();
      for (int i = 0; i < actions && System.nanoTime() - until < 0; i++) act();
    } catch (StageFailedException gaveUp) {
      failed = true;   // one after the other, the supervisors may give up, up to the root
    }
    for (StageRef<?> ref : stages)
      if (ref.isAlive()) throw new AssertionError(ref.path() + " is alive after its scope was closed");
    if (running.get() != 0) throw new AssertionError(running + " incarnations more were started than stopped");
    if (failed && tooLate == 0) throw new AssertionError("the scope has failed, and nobody noticed");
  }

  private SupervisorSpec spec() {
    Strategy strategy = Strategy.values()[random.nextInt(3)];
    return SupervisorSpec.of("s" + named++).withStrategy(strategy).withIntensity(Intensity.of(Integer.MAX_VALUE));
  }

  private void start() {
    Supervisor parent = supervisors.get(random.nextInt(supervisors.size()));
    var dice = random.split();
    stages.add(parent.start(Stage.consumer("c" + named++, () -> new Frail(dice))));
  }

  private void act() throws InterruptedException {
    int at = random.nextInt(stages.size());
    StageRef<?> ref = stages.get(at);
    try {
      switch (random.nextInt(8)) {
        case 0 -> ref.kill();
        case 1 -> ref.cast(stage -> {
          throw new IllegalStateException("storm");
        });
        case 2 -> {
          ref.stop();
          ref.join();
          stages.remove(at);
          start();
        }
        case 3 -> ref.pause();
        case 4 -> ref.resume();
        case 5 -> ref.cast(stage -> {});
        case 6 -> ref.snapshot();
        case 7 -> supervisors.get(random.nextInt(supervisors.size())).counts();
        default -> throw new IllegalStateException();
      }
    } catch (StageEndedException | ScopeMisuseException late) {
      tooLate++;
    }
  }

  /** Fails now and then where it starts and stops; never where it starts for the first time. */
  private final class Frail implements Stage.Consumer<Integer> {
    private final SplittableRandom dice;

    Frail(SplittableRandom dice) {
      this.dice = dice;
    }

    @Override
    public void onStart(StageContext context) {
      if (context.incarnation() > 1 && dice.nextInt(10) == 0) throw new IllegalStateException("onStart");
      running.incrementAndGet();
    }

    @Override
    public void onEvents(List<Integer> batch, Inlet<Integer> from) {
      throw new AssertionError("it is subscribed to nobody");
    }

    @Override
    public void onStop(StopReason reason) {
      running.decrementAndGet();
      if (dice.nextInt(10) == 0) throw new IllegalStateException("onStop");
    }
  }
}
