package stage.behaviour.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import stage.api.ConsumerRef;
import stage.api.ConsumerSpec;
import stage.api.ProducerConsumerRef;
import stage.api.ProducerConsumerSpec;
import stage.api.ProducerRef;
import stage.api.ProducerSpec;
import stage.api.Stage;
import stage.api.StageFactory;
import stage.api.StageRef;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailed;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;

/** Opens a scope for each test, closes it, and then looks whether a thread is left or a ledger does not add up. */
public abstract class StageTest {
  protected final Supervisor scope = Supervisor.open(SupervisorSpec.of("test").withIntensity(Intensity.none()));
  private final Queue<StageRef<?>> started = new ConcurrentLinkedQueue<>();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private boolean mayFail;

  @AfterEach
  void closeScopeAndLookForLeftovers() {
    try {
      scope.close();
    } catch (StageFailed failed) {
      if (!mayFail) throw failed;
    }
    assertNothingIsLeft();
  }

  protected void assertNothingIsLeft() {
    assertThat(threads).as("threads that are still alive").noneMatch(Thread::isAlive);
    for (StageRef<?> ref : started) {
      StageSnapshot last = ref.snapshot();
      assertThat(last.status()).as(ref.path()).isEqualTo(StageSnapshot.Status.ENDED);
      assertThat(last.inputs()).as(ref.path()).allMatch(SubscriptionSnapshot::isBalanced);
      assertThat(last.outputs()).as(ref.path()).allMatch(SubscriptionSnapshot::isBalanced);
    }
  }

  /** Announces that a stage is going to fail the scope. */
  protected void theScopeMayFail() {
    mayFail = true;
  }

  /** The threads that behaviours were made on so far. */
  protected List<Thread> threads() {
    return List.copyOf(threads);
  }

  private <S> StageFactory<S> noted(StageFactory<? extends S> factory) {
    return () -> {
      threads.add(Thread.currentThread());
      return factory.create();
    };
  }

  private <R extends StageRef<?>> R noted(R ref) {
    started.add(ref);
    return ref;
  }

  protected <O, S extends Stage> ProducerRef<O, S> start(ProducerSpec<O, S> spec) {
    return startIn(scope, spec);
  }

  protected <I, O, S extends Stage> ProducerConsumerRef<I, O, S> start(ProducerConsumerSpec<I, O, S> spec) {
    return startIn(scope, spec);
  }

  protected <I, S extends Stage> ConsumerRef<I, S> start(ConsumerSpec<I, S> spec) {
    return startIn(scope, spec);
  }

  protected <O, S extends Stage> ProducerRef<O, S> startIn(Supervisor scope, ProducerSpec<O, S> spec) {
    return noted(scope.start(new ProducerSpec<O, S>(
        spec.name(), noted(spec.factory()), spec.dispatch(), spec.overflow(), spec.isGenerator(), spec.options())));
  }

  protected <I, O, S extends Stage> ProducerConsumerRef<I, O, S> startIn(Supervisor scope, ProducerConsumerSpec<I, O, S> spec) {
    return noted(scope.start(new ProducerConsumerSpec<I, O, S>(
        spec.name(), noted(spec.factory()), spec.subscriptions(), spec.dispatch(), spec.buffer(), spec.options())));
  }

  protected <I, S extends Stage> ConsumerRef<I, S> startIn(Supervisor scope, ConsumerSpec<I, S> spec) {
    return noted(scope.start(new ConsumerSpec<I, S>(spec.name(), noted(spec.factory()), spec.subscriptions(), spec.options())));
  }
}
