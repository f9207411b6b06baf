package stage.behaviour.support;

import java.util.List;
import stage.api.ConsumerRef;
import stage.api.ConsumerSpec;
import stage.api.ProducerConsumerRef;
import stage.api.ProducerConsumerSpec;
import stage.api.ProducerRef;
import stage.api.ProducerSpec;
import stage.api.Stage;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;

/**
 * Starts the stages of a test, and checks that they leave nothing behind: no thread, no ledger that does not add up.
 */
public abstract class ScopeFixture {
  private final Started started = new Started();
  private boolean mayFail;

  /** {@return where {@code start} starts} */
  protected abstract Supervisor scope();

  /** Announces that a stage is going to fail the scope. */
  protected final void theScopeMayFail() {
    mayFail = true;
  }

  /** Starts a producer. */
  public final <O, S extends Stage.Behaviour> ProducerRef<O, S> start(ProducerSpec<O, S> spec) {
    return startIn(scope(), spec);
  }

  /** Starts a producer-consumer. */
  public final <I, O, S extends Stage.Behaviour> ProducerConsumerRef<I, O, S> start(
      ProducerConsumerSpec<I, O, S> spec) {
    return started.start(scope(), spec);
  }

  /** Starts a consumer. */
  public final <I, S extends Stage.Behaviour> ConsumerRef<I, S> start(ConsumerSpec<I, S> spec) {
    return startIn(scope(), spec);
  }

  protected final <O, S extends Stage.Behaviour> ProducerRef<O, S> startIn(Supervisor scope, ProducerSpec<O, S> spec) {
    return started.start(scope, spec);
  }

  protected final <I, S extends Stage.Behaviour> ConsumerRef<I, S> startIn(Supervisor scope, ConsumerSpec<I, S> spec) {
    return started.start(scope, spec);
  }

  /** {@return the threads that behaviours were made on so far} */
  protected final List<Thread> threads() {
    return started.threads();
  }

  /** Every ledger of every stage adds up, now. */
  public final void assertBalanced() {
    started.assertBalanced();
  }

  /** When the scope has been closed. */
  protected final void assertNothingIsLeft() {
    started.assertNothingIsLeft();
  }

  protected final void close(Supervisor scope) {
    try {
      scope.close();
    } catch (StageFailedException failed) {
      if (!mayFail) throw failed;
    }
  }
}
