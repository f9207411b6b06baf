package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.LogRecord;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.Demand;
import stage.api.DispatchRule;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;
import stage.api.SubscriptionSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;

/** F17: somebody who is neither its supervisor nor its handle interrupts a stage's thread. */
class ForeignInterruptTest extends CrashTest {
  private final BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
  private final BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();

  /** Counts, and resumes where its state says. */
  private final class Counter implements Stage.Generator<Integer> {
    private State<Integer> next;

    @Override
    public void onStart(StageContext context) {
      threads.add(Thread.currentThread());
      next = context.state(0);
    }

    @Override
    public void generate(Outlet<Integer> out) {
      while (next.value() < 100) {
        next.set(next.value() + 1);
        out.emit(next.value());
      }
    }
  }

  @Test
  void f17_crashesAGeneratorThatAwaitsDemand() throws Exception {
    ProducerRef<Integer, Counter> generator = start(Stage.generator("generator", Counter::new));
    Thread thread = Await.next(threads, generator);
    Await.until(() -> generator.snapshot().awaiting().equals("DEMAND"), "it awaits demand", generator);
    thread.interrupt();
    Await.until(() -> generator.snapshot().incarnation() == 2, "it is restarted", generator);

    var consumer = start(
        Stage.consumer("consumer", generator, () -> (batch, from) -> handled.addAll(batch)).withDemand(Demand.max(7)));
    assertThat(Await.next(100, handled, generator, consumer)).as("what was not emitted is not committed")
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 100).boxed().toList());
    assertThat(log.take()).singleElement().satisfies(line -> {
      assertThat(line.getMessage()).contains("child=generator#1 crashed in=generate").contains("decision=RESTART");
      assertThat(line.getThrown())
          .hasMessage(
              "stage test/generator was interrupted while it awaited DEMAND, by neither its supervisor nor its handle")
          .hasCauseInstanceOf(InterruptedException.class);
    });
  }

  @ParameterizedTest
  @ValueSource(strings = {"selector", "key function", "rule", "call"})
  void leftByAFunctionOfOthersIsNotTheGenerators(String where) throws Exception {
    DispatchRule rule = (events, subscriptions, shares) -> {
      if (where.equals("rule")) Thread.currentThread().interrupt();
      shares[0] = (int) Math.min(events, subscriptions.demand(0));
    };
    Dispatcher<Integer> dispatcher = switch (where) {
      case "selector" -> Dispatcher.broadcast();
      case "key function" -> Dispatcher.partition(1, event -> {
        Thread.currentThread().interrupt();
        return event;
      });
      case "rule" -> Dispatcher.shared(rule);
      default -> Dispatcher.demand();
    };
    ProducerRef<Integer, Counter> generator =
        start(Stage.generator("generator", Counter::new).withDispatcher(dispatcher));
    SubscriptionSpec<Integer> subscription = switch (where) {
      case "selector" -> generator.where(event -> {
        Thread.currentThread().interrupt();
        return true;
      });
      case "key function" -> generator.partition(0);
      default -> generator.subscription();
    };
    if (where.equals("call")) {
      generator.call(stage -> {
        Thread.currentThread().interrupt();
        return 1;
      });
    }
    var consumer = start(Stage.consumer("consumer", subscription, () -> (batch, from) -> handled.addAll(batch))
        .withDemand(Demand.max(7)));
    assertThat(Await.next(100, handled, generator, consumer))
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 100).boxed().toList());
    assertThat(generator.snapshot().incarnation()).isEqualTo(1);
  }

  @Test
  void f17_crashesUserCodeThatBlocks() throws Exception {
    var blocks = new CountDownLatch(1);
    var lives = new AtomicInteger();
    ProducerRef<Integer, Counter> generator = start(Stage.generator("generator", Counter::new));
    var consumer = start(Stage.consumer("consumer", generator, () -> {
      boolean first = lives.incrementAndGet() == 1;
      return (List<Integer> batch, Inlet<Integer> from) -> {
        if (first) {
          threads.add(Thread.currentThread());
          blocks.await();
        }
        handled.addAll(batch);
      };
    }).withDemand(Demand.max(7)));
    Await.next(threads, generator);   // the generator's
    Await.next(threads, consumer).interrupt();
    assertThat(Await.next(100, handled, generator, consumer))
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 100).boxed().toList());
    assertThat(log.take()).extracting(LogRecord::getMessage).singleElement().asString()
        .contains("child=consumer#1 crashed in=onEvents");
  }

  @Test
  void f16_betweenTwoTurnsIsOnlyAWakeUp() throws Exception {
    ProducerRef<Integer, Stage.Producer<Integer>> idle =
        start(Stage.producer("idle", () -> new Stage.Producer<Integer>() {
      @Override
      public void onStart(StageContext context) {
        threads.add(Thread.currentThread());
      }

      @Override
      public void onDemand(long demand, Outlet<Integer> out) {}
    }));
    Thread thread = Await.next(threads, idle);
    Await.until(() -> thread.getState() == Thread.State.WAITING, "it parks", idle);
    thread.interrupt();
    assertThat(idle.<Boolean>call(stage -> Thread.currentThread().isInterrupted())).isFalse();
    assertThat(idle.snapshot().incarnation()).isEqualTo(1);
  }

  @Test
  void aPermanentGeneratorThatAnotherThreadStopsIsNotInterruptedAgain() throws Exception {
    var contexts = new LinkedBlockingQueue<StageContext>();
    class Waiting implements Stage.Generator<Integer> {
      @Override
      public void onStart(StageContext context) {
        contexts.add(context);
      }

      @Override
      public void generate(Outlet<Integer> out) {
        out.emit(1);   // nobody is there
      }
    }
    open(stage.api.supervision.Intensity.of(1000));
    ProducerRef<Integer, Waiting> generator =
        start(Stage.generator("generator", Waiting::new).withRestart(stage.api.Restart.PERMANENT));
    for (int i = 1; i <= 200; i++) {
      StageContext context = Await.next(contexts, generator);
      assertThat(context.incarnation()).isEqualTo(i);
      context.stop();
    }
    Await.next(contexts, generator);
    assertThat(log.take()).isNotEmpty().allMatch(line -> line.getMessage().contains(" completed decision=RESTART"))
        .as("there is no cause to show").allMatch(line -> line.getThrown() == null);
  }
}
