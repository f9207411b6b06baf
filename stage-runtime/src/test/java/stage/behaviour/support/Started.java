package stage.behaviour.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
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
import stage.api.supervision.Supervisor;

/**
 * Starts the stages of a test and remembers them, so that it is seen in the end whether one has left something behind.
 */
final class Started {
  private final Queue<StageRef<?>> refs = new ConcurrentLinkedQueue<>();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

  <O, S extends Stage.Behaviour> ProducerRef<O, S> start(Supervisor scope, ProducerSpec<O, S> spec) {
    return noted(scope.start(new ProducerSpec<O, S>(
        spec.name(), noted(spec.factory()), spec.dispatcher(), spec.overflow(), spec.isGenerator(), spec.opening(),
        spec.options())));
  }

  <I, O, S extends Stage.Behaviour> ProducerConsumerRef<I, O, S> start(Supervisor scope,
      ProducerConsumerSpec<I, O, S> spec) {
    return noted(scope.start(new ProducerConsumerSpec<I, O, S>(
        spec.name(), noted(spec.factory()), spec.subscriptions(), spec.dispatcher(), spec.buffer(), spec.opening(),
        spec.options())));
  }

  <I, S extends Stage.Behaviour> ConsumerRef<I, S> start(Supervisor scope, ConsumerSpec<I, S> spec) {
    return noted(
        scope.start(new ConsumerSpec<I, S>(spec.name(), noted(spec.factory()), spec.subscriptions(), spec.options())));
  }

  private <S> StageFactory<S> noted(StageFactory<? extends S> factory) {
    return () -> {
      threads.add(Thread.currentThread());
      return factory.create();
    };
  }

  private <R extends StageRef<?>> R noted(R ref) {
    refs.add(ref);
    return ref;
  }

  /** {@return the threads that behaviours were made on so far} */
  List<Thread> threads() {
    return List.copyOf(threads);
  }

  /** At any moment: every ledger adds up. */
  void assertBalanced() {
    for (StageRef<?> ref : refs) {
      StageSnapshot numbers = ref.snapshot();
      assertThat(numbers.inputs()).as("inputs of %s", ref.path()).allMatch(SubscriptionSnapshot::isBalanced);
      assertThat(numbers.outputs()).as("outputs of %s", ref.path()).allMatch(SubscriptionSnapshot::isBalanced);
    }
  }

  /** When their scope has been closed: all have ended, no thread is left, and every ledger adds up. */
  void assertNothingIsLeft() {
    assertThat(threads).as("threads that are still alive").noneMatch(Thread::isAlive);
    for (StageRef<?> ref : refs)
      assertThat(ref.snapshot().status()).as(ref.path()).isEqualTo(StageSnapshot.Status.ENDED);
    assertBalanced();
  }
}
