package stage.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import stage.api.Demand;
import stage.api.Stage;
import stage.api.supervision.Supervisor;
import stage.behaviour.support.CapturedLog;
import stage.runtime.testkit.ConsumerProbe;
import stage.runtime.testkit.ProducerProbe;
import stage.runtime.testkit.SimulatedRuntime;

class ProbesTest {
  private static final Duration A_WHILE = Duration.ofMillis(20);

  @RegisterExtension
  private final CapturedLog log = new CapturedLog();

  /** What is to be shown of a probe in either. */
  enum Clock {
    REAL {
      @Override
      void run(Body body) throws Throwable {
        try (Supervisor scope = Supervisor.open("probes")) {
          body.run(scope);
        }
      }
    },
    SIMULATED {
      @Override
      void run(Body body) {
        SimulatedRuntime.withSeeds(1, 20).run(simulated -> REAL.run(body));
      }
    };

    abstract void run(Body body) throws Throwable;
  }

  private interface Body {
    void run(Supervisor scope) throws Throwable;
  }

  @ParameterizedTest
  @EnumSource
  void whatIsSentComesInOrderAndThenTheEnd(Clock clock) throws Throwable {
    clock.run(scope -> {
      ProducerProbe<String> source = ProducerProbe.start(scope, "source");
      ConsumerProbe<String> sink = ConsumerProbe.start(scope, "sink", source.ref());
      source.expectNoDemand(A_WHILE);
      sink.request(3);
      source.sendNext("one").sendNext("two");
      assertThat(sink.expectNext()).isEqualTo("one");
      sink.expectNext("two").expectNoEvent(A_WHILE);
      assertThat(source.expectDemand(1)).isEqualTo(1);
      source.complete();
      sink.expectComplete();
    });
  }

  @ParameterizedTest
  @EnumSource
  void aStageInBetweenHasDemandFromTheOneToTheOther(Clock clock) throws Throwable {
    clock.run(scope -> {
      ProducerProbe<Integer> source = ProducerProbe.start(scope, "source");
      var twice =
          scope.start(Stage.producerConsumer("twice", source.ref(), Integer.class, () -> (events, from, out) -> {
        for (int event : events) out.emit(2 * event);
      }).withDemand(Demand.max(2)));
      ConsumerProbe<Integer> sink = ConsumerProbe.start(scope, "sink", twice);
      sink.request(10);
      source.sendNext(1).sendNext(2).sendNext(3);
      sink.expectNext(2, 4, 6);
      source.complete();
      sink.expectComplete();
    });
  }

  @ParameterizedTest
  @EnumSource
  void aFailureComesAsOne(Clock clock) throws Throwable {
    clock.run(scope -> {
      ProducerProbe<String> source = ProducerProbe.start(scope, "source");
      ConsumerProbe<String> sink = ConsumerProbe.start(scope, "sink", source.ref());
      source.fail(new IOException("gone"));
      assertThat(sink.expectFailure()).isInstanceOf(IOException.class).hasMessage("gone");
    });
    log.take();
  }

  @ParameterizedTest
  @EnumSource
  void aFailureOfAnotherKindThanExpectedIsTold(Clock clock) throws Throwable {
    clock.run(scope -> {
      ProducerProbe<String> source = ProducerProbe.start(scope, "source");
      ConsumerProbe<String> sink = ConsumerProbe.start(scope, "sink", source.ref());
      source.fail(new IOException("gone"));
      assertThat(sink.expectFailure(IOException.class)).hasMessage("gone");
      assertThatThrownBy(() -> sink.expectFailure(IllegalStateException.class)).isInstanceOf(AssertionError.class)
          .hasMessageContaining(
              "expected a failure by java.lang.IllegalStateException, but it was by java.io.IOException: gone");
      assertThatThrownBy(sink::expectComplete).isInstanceOf(AssertionError.class).hasCauseInstanceOf(IOException.class)
          .hasMessageContaining("the subscription has failed, as probes/source has, by java.io.IOException: gone");
    });
    log.take();
  }

  @ParameterizedTest
  @EnumSource
  void manyEventsAreTakenTogether(Clock clock) throws Throwable {
    clock.run(scope -> {
      ProducerProbe<Integer> source = ProducerProbe.start(scope, "source");
      ConsumerProbe<Integer> sink = ConsumerProbe.start(scope, "sink", source.ref());
      sink.request(3);
      source.sendNext(1).sendNext(2).sendNext(3);
      assertThat(sink.expectNextCount(3)).containsExactly(1, 2, 3);
      sink.request(1);
      source.sendNext(4);
      sink.within(A_WHILE);
      assertThatThrownBy(() -> sink.expectNextCount(2)).isInstanceOf(AssertionError.class)
          .hasMessageContaining("expected 2 events, but only 1 came, [4] within")
          .hasMessageContaining("all 4 that were asked for have come; call request(n) for more");
      assertThatThrownBy(sink::requestNext).isInstanceOf(AssertionError.class)
          .hasMessageContaining("of 5 asked for, probes/source has sent 4");
    });
  }

  @ParameterizedTest
  @EnumSource
  void aCancelAtOnceIsNoticedByWhoHasSeenTheConsumer(Clock clock) throws Throwable {
    clock.run(scope -> {
      ProducerProbe<String> source = ProducerProbe.start(scope, "source");
      source.within(A_WHILE);
      assertThatThrownBy(source::expectSubscription).isInstanceOf(AssertionError.class)
          .hasMessageContaining("there was none within");
      assertThatThrownBy(source::expectCancel).isInstanceOf(AssertionError.class)
          .hasMessageContaining("call expectSubscription() first");
      source.within(Duration.ofSeconds(3));
      ConsumerProbe<String> sink = ConsumerProbe.start(scope, "sink", source.ref());
      source.expectSubscription();
      sink.cancel();
      scope.children().stream().filter(child -> child.name().equals("sink"))
          .forEach(child -> assertThatCode(child::join).doesNotThrowAnyException());
      source.expectCancel();
    });
  }

  @ParameterizedTest
  @EnumSource
  void aCancelIsNoticed(Clock clock) throws Throwable {
    clock.run(scope -> {
      ProducerProbe<String> source = ProducerProbe.start(scope, "source");
      ConsumerProbe<String> sink = ConsumerProbe.start(scope, "sink", source.ref());
      sink.request(1);
      source.expectDemand(1);
      sink.cancel();
      source.expectCancel();
    });
  }

  @ParameterizedTest
  @EnumSource
  void whatIsNotAsExpectedIsTold(Clock clock) throws Throwable {
    clock.run(scope -> {
      ProducerProbe<String> source = ProducerProbe.start(scope, "source");
      ConsumerProbe<String> sink = ConsumerProbe.start(scope, "sink", source.ref());
      sink.request(2);
      source.sendNext("one");
      assertThatThrownBy(() -> sink.expectNext("two")).isInstanceOf(AssertionError.class)
          .hasMessageStartingWith("sink: expected [two], but [one] came");
      source.sendNext("two");
      assertThatThrownBy(() -> sink.expectNoEvent(A_WHILE)).isInstanceOf(AssertionError.class)
          .hasMessageContaining("but two came");
      assertThatThrownBy(sink::expectComplete).isInstanceOf(AssertionError.class)
          .hasMessageStartingWith("sink: expected completion, but two came");
      sink.expectNext("two");
      sink.request(1);
      assertThatThrownBy(() -> sink.expectNoEvent(null)).hasMessage("period must not be null");
      assertThatThrownBy(() -> source.expectNoDemand(Duration.ofNanos(-1)))
          .hasMessage("period must not be negative, but was PT-0.000000001S");
      assertThatThrownBy(() -> source.expectNoDemand(Duration.ofSeconds(1))).isInstanceOf(AssertionError.class)
          .hasMessageContaining("there is demand for 1 (probes/sink waits for 1 more)");
      source.complete();
      assertThatThrownBy(sink::expectFailure).isInstanceOf(AssertionError.class)
          .hasMessageContaining("the subscription has completed");
      assertThatThrownBy(sink::expectNext)
          .hasMessageContaining("expected an event, but none came: the subscription has completed");
      assertThatThrownBy(() -> source.sendNext("three"))
          .hasMessageContaining("the probe has ended, as it was told to complete");
      assertThatThrownBy(source::expectCancel)
          .hasMessageContaining("the probe was told to complete, which ends all subscriptions");
    });
  }

  @ParameterizedTest
  @EnumSource(names = "SIMULATED")   // else each would take 3 seconds
  void whatDoesNotComeIsTold(Clock clock) throws Throwable {
    clock.run(scope -> {
      ProducerProbe<String> source = ProducerProbe.start(scope, "source");
      ConsumerProbe<String> sink = ConsumerProbe.start(scope, "sink", source.ref());
      assertThatThrownBy(() -> source.sendNext("one")).isInstanceOf(AssertionError.class)
          .hasMessageContaining("demand for at least 1 event within 3000 ms, but there is none");
      assertThatThrownBy(sink::expectNext).isInstanceOf(AssertionError.class)
          .hasMessageContaining("none came within 3000 ms; nothing was asked for; call request(n) first");
      assertThatThrownBy(() -> sink.expectNext("one", "two")).isInstanceOf(AssertionError.class)
          .hasMessageContaining("only [] came");
      assertThatThrownBy(sink::expectComplete).isInstanceOf(AssertionError.class)
          .hasMessageContaining("there was no end");
      assertThatThrownBy(source::expectCancel).isInstanceOf(AssertionError.class)
          .hasMessageContaining("within 3000 ms, but there was none (probes/sink waits for 0 more)");
      assertThatThrownBy(() -> sink.request(0)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> source.expectDemand(0)).isInstanceOf(IllegalArgumentException.class);
      assertThat(List.of(source.ref(), scope.children().getFirst())).hasSize(2);
    });
  }
}
