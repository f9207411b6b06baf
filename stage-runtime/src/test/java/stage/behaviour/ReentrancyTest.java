package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerConsumerRef;
import stage.api.ProducerRef;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageRef;
import stage.api.StopReason;
import stage.api.Subscription;
import stage.api.SubscriptionRefusedException;
import stage.api.SubscriptionSpec;
import stage.api.observe.StageEvent;
import stage.api.supervision.Decision;
import stage.api.supervision.Intensity;
import stage.api.supervision.ScopeMisuseException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;

/**
 * F29: every callback of a stage may call whatever there is to call; what would wait for itself is refused, and nothing
 * hangs.
 */
class ReentrancyTest extends CrashTest {
  /** Where user code is run. */
  enum Where {
    ON_START, ON_SUBSCRIBE, ON_EVENTS, ON_COMPLETE, ON_STOP, KEY_FUNCTION, A_CALL, A_CAST, A_TIMER, DECISION, LISTENER,
    DEAD_LETTER_HANDLER;

    /** Whether it runs on the thread of the stage that is called. */
    boolean isOnItsThread() {
      return this != DEAD_LETTER_HANDLER;
    }
  }

  /** What it calls. */
  enum What {
    CALL_ITSELF(IllegalStateException.class) {
      @Override
      void call(ReentrancyTest test) throws Exception {
        test.subject().call(behaviour -> "answer");
      }
    },
    REPLACE_ITSELF(IllegalStateException.class) {
      @Override
      void call(ReentrancyTest test) throws Exception {
        test.subject().replace(() -> test.new Subject());
      }
    },
    STOP_ITSELF_AND_WAIT(ScopeMisuseException.class) {
      @Override
      void call(ReentrancyTest test) {
        test.scope.stopChild("subject");
      }
    },
    JOIN_ITSELF(IllegalStateException.class) {
      @Override
      void call(ReentrancyTest test) throws Exception {
        if (Thread.currentThread().getName().startsWith("stage:test/subject#")) test.subject().join();
      }
    },
    CAST_TO_ITSELF(null) {
      @Override
      void call(ReentrancyTest test) throws Exception {
        test.subject().cast(behaviour -> {});
      }
    },
    STOP_ITSELF(null) {
      @Override
      void call(ReentrancyTest test) {
        test.subject().stop();
      }
    },
    PAUSE_AND_RESUME_ITSELF(null) {
      @Override
      void call(ReentrancyTest test) {
        test.subject().pause();
        test.subject().resume();
      }
    },
    CALL_ANOTHER(null) {
      @Override
      void call(ReentrancyTest test) throws Exception {
        test.bystander.call(behaviour -> "answer");
      }
    },
    START_ANOTHER(null) {
      @Override
      void call(ReentrancyTest test) {
        test.scope.start(Stage.consumer("another", Integer.class, () -> (batch, from) -> {}));
      }
    },
    SUBSCRIBE_AND_CANCEL(null) {
      @Override
      void call(ReentrancyTest test) {
        Subscription subscription = test.subject().subscribeTo(test.source, Demand.max(1));
        subscription.cancel();
      }
    },
    LOOK(null) {
      @Override
      void call(ReentrancyTest test) {
        test.subject().snapshot();
        test.scope.children().forEach(StageRef::snapshot);
        test.scope.childSnapshots();
        test.scope.snapshot();
        test.scope.counts();
      }
    },
    STOP_THE_SCOPE(null) {
      @Override
      void call(ReentrancyTest test) {
        test.scope.stop();
      }
    },
    CLOSE_THE_SCOPE(ScopeMisuseException.class) {
      @Override
      void call(ReentrancyTest test) {
        test.scope.close();
      }
    },
    KILL_ITSELF(null) {
      @Override
      void call(ReentrancyTest test) {
        test.subject().kill();
      }
    };

    private final Class<? extends Exception> refusal;   // null if it is allowed everywhere

    What(Class<? extends Exception> refusal) {
      this.refusal = refusal;
    }

    abstract void call(ReentrancyTest test) throws Exception;

    /** What comes of it. */
    Class<?> expected(Where where) {
      boolean isOthers =
          this == CALL_ITSELF || this == REPLACE_ITSELF || this == STOP_ITSELF_AND_WAIT || this == JOIN_ITSELF;
      // it is about to end
      if (this == SUBSCRIBE_AND_CANCEL && where == Where.ON_STOP) return SubscriptionRefusedException.class;
      return refusal != null && (where.isOnItsThread() || !isOthers) ? refusal : Void.class;
    }
  }

  static Stream<Arguments> all() {
    return Stream.of(Where.values()).flatMap(where -> Stream.of(What.values()).map(what -> Arguments.of(where, what)));
  }

  private Where where;
  private What what;
  private Supervisor scope;
  private ProducerRef<Integer, ?> source;
  private StageRef<?> bystander;
  private volatile ProducerConsumerRef<Integer, Integer, Subject> started;   // null while it starts
  private final AtomicBoolean called = new AtomicBoolean();
  private final BlockingQueue<Class<?>> outcomes = new LinkedBlockingQueue<>();

  @SuppressWarnings("unchecked")   // this is how it was started
  private ProducerConsumerRef<Integer, Integer, Subject> subject() {
    return started != null ? started : (ProducerConsumerRef<Integer, Integer, Subject>) scope.child("subject");
  }

  private void here(Where now) {
    if (now != where || !called.compareAndSet(false, true)) return;
    try {
      what.call(this);
      outcomes.add(Void.class);
    } catch (Throwable thrown) {
      outcomes.add(thrown.getClass());
    }
  }

  private final class Subject implements Stage.ProducerConsumer<Integer, Integer> {
    @Override
    public void onStart(StageContext context) {
      if (where == Where.A_TIMER) context.after(Duration.ZERO, () -> here(Where.A_TIMER));
      here(Where.ON_START);
    }

    @Override
    public void onSubscribe(Inlet<Integer> from) {
      here(Where.ON_SUBSCRIBE);
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from, Outlet<Integer> out) throws IOException {
      here(Where.ON_EVENTS);
      boolean isPoison = where == Where.DECISION || where == Where.LISTENER || where == Where.DEAD_LETTER_HANDLER;
      if (isPoison && events.contains(3)) throw new IOException("poison");
      events.forEach(out::emit);
    }

    @Override
    public void onComplete(Outlet<Integer> out) {
      here(Where.ON_COMPLETE);
    }

    @Override
    public void onStop(StopReason reason) {
      here(Where.ON_STOP);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void f29_sec16_mayCall(Where where, What what) throws Exception {
    this.where = where;
    this.what = what;
    theScopeMayFail();
    scope = open(SupervisorSpec.of("test").withIntensity(Intensity.of(100)).withShutdown(Duration.ofMillis(200))
        .withDecisions(failure -> {
      here(Where.DECISION);
      return Decision.RESTART;
    }).withListener(event -> {
      if (event instanceof StageEvent.Crashed) here(Where.LISTENER);
    }));
    bystander = scope.start(Stage.consumer("bystander", Integer.class, () -> (batch, from) -> {}));
    List<Integer> left = new ArrayList<>(List.of(1, 2, 3, 4, 5));
    source = scope.start(Stage.producer("source", Integer.class, () -> (demand, out) -> {
      for (long i = 0; i < demand && !left.isEmpty(); i++) out.emit(left.removeFirst());
      if (left.isEmpty() && (where == Where.ON_COMPLETE || where == Where.ON_STOP)) out.complete();
    }));
    var subject = scope.start(Stage.producerConsumer("subject", Subject::new)
        .withDispatcher(Dispatcher.partition(1, event -> {
          here(Where.KEY_FUNCTION);
          return 0;
        })).withRedelivery(Redelivery.attempts(1)).withDeadLetters(letter -> here(Where.DEAD_LETTER_HANDLER)));
    started = subject;
    if (where == Where.A_CALL) {
      subject.call(behaviour -> {
        here(Where.A_CALL);
        return null;
      });
    }
    if (where == Where.A_CAST) subject.cast(behaviour -> here(Where.A_CAST));
    if (subject.isAlive()) subscribe(subject);

    Class<?> outcome = Await.next(outcomes, subject);
    scope.close();
    assertThat(outcome).isEqualTo(what.expected(where));
    log.take();
  }

  /** Whatever was called may have ended the stage by now, or may do so in the next moment. */
  private void subscribe(ProducerConsumerRef<Integer, Integer, Subject> subject) {
    try {
      subject.subscribeTo(source, Demand.max(2));
      scope.start(Stage.consumer("sink", SubscriptionSpec.to(subject).withPartition(0), () -> (batch, from) -> {}));
    } catch (SubscriptionRefusedException | ScopeMisuseException ended) {
      assertThat(called).isTrue();
    }
  }
}
