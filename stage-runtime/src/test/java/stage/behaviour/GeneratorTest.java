package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Outlet;
import stage.api.ProducerSpec;
import stage.api.Stage;
import stage.api.StopReason;
import stage.api.ForeignThreadException;
import stage.api.supervision.StageFailedException;
import stage.behaviour.support.Await;
import stage.behaviour.support.Collector;
import stage.behaviour.support.HeldConsumer;
import stage.behaviour.support.Rig;
import stage.behaviour.support.WithDemands;

class GeneratorTest {
  private static ProducerSpec<Integer, Stage.Generator<Integer>> spec(Stage.Generator<Integer> generator) {
    return Stage.generator("generator", () -> generator);
  }

  private static Stage.Generator<Integer> to(int last) {
    return out -> {
      for (int i = 1; i <= last; i++) out.emit(i);
    };
  }

  @WithDemands
  void emitsInALoopAndCompletesByReturning(int max, int min) throws Exception {
    var collector = new Collector<Integer>();
    try (var rig = new Rig()) {
      var generator = rig.start(spec(to(3000)));
      rig.start(Stage.consumer("collector", () -> collector).subscribeTo(generator, Demand.max(max).min(min)));
      rig.app().join();
      assertThat(generator.join()).isEqualTo(new StopReason.Completed());
    }
    assertThat(collector.events).isEqualTo(DemandTest.numbersTo(3000));
    assertThat(collector.batches).allMatch(batch -> batch.size() <= max - min);
  }

  @Test
  void waitsInEmitWhileThereIsNoDemand() throws Exception {
    var held = new HeldConsumer<Integer>();
    var emitted = new LinkedBlockingQueue<Integer>();
    try (var rig = new Rig()) {
      var generator = rig.start(spec(out -> {
        for (int i = 1; i <= 100; i++) {
          out.emit(i);
          emitted.add(i);
        }
      }));
      rig.start(Stage.consumer("held", () -> held).subscribeTo(generator, Demand.max(4).min(0)));
      Await.next(rig.app(), held.entered);
      for (int i = 1; i <= 4; i++) assertThat(Await.next(rig.app(), emitted)).isEqualTo(i);
      for (int i = 0; i < 20; i++) Await.answered(generator);   // answered within its emit
      assertThat(emitted).isEmpty();
      assertThat(generator.snapshot().outputs().getFirst().sent()).isEqualTo(4);
      held.letGo();
      rig.app().join();
      assertThat(emitted).hasSize(96);
    }
  }

  @Test
  void reachesAnIdleConsumerAtOnceWithoutReturning() throws Exception {
    var held = new HeldConsumer<Integer>();
    var goOn = new CountDownLatch(1);
    try (var rig = new Rig()) {
      held.letGo();
      var generator = rig.start(spec(out -> {
        out.emit(1);
        goOn.await();
        out.emit(2);
      }));
      rig.start(Stage.consumer("held", () -> held).subscribeTo(generator));
      assertThat(Await.next(rig.app(), held.entered)).containsExactly(1);
      goOn.countDown();
      assertThat(Await.next(rig.app(), held.entered)).containsExactly(2);
      rig.app().join();
    }
  }

  @Test
  void travelsInBatchesUnderLoad() throws Exception {
    var held = new HeldConsumer<Integer>();
    var goOn = new CountDownLatch(1);
    try (var rig = new Rig()) {
      var generator = rig.start(spec(out -> {
        out.emit(1);
        goOn.await();
        for (int i = 2; i <= 1000; i++) out.emit(i);
      }));
      rig.start(Stage.consumer("held", () -> held).subscribeTo(generator, Demand.max(1000).min(0)));
      int first = Await.next(rig.app(), held.entered).size();
      goOn.countDown();
      Await.numbers(rig.app(), generator, ref -> !ref.isAlive());
      held.letGo();
      if (first < 1000)
        assertThat(Await.next(rig.app(), held.entered)).as("all that had come meanwhile").hasSize(1000 - first);
      rig.app().join();
    }
  }

  @Test
  void isInterruptedAndCancelledWhenItIsToStop() throws Exception {
    var thrown = new LinkedBlockingQueue<Throwable>();
    var running = new CountDownLatch(1);
    try (var rig = new Rig()) {
      var generator = rig.start(spec(out -> {
        running.countDown();
        try {
          out.emit(1);   // nobody is there
        } catch (CancellationException e) {
          thrown.add(e);
          throw e;
        }
      }));
      running.await();
      generator.stop();
      assertThat(generator.join()).isEqualTo(new StopReason.Stopped());
      assertThat(thrown).singleElement().satisfies(e -> assertThat(e).hasMessageContaining("stage rig/generator"));
    }
  }

  @Test
  void thatThrowsHasStillPublishedWhatItEmitted() throws Exception {
    var collector = new Collector<Integer>();
    try (var rig = new Rig()) {
      var gate = new CountDownLatch(1);
      var generator = rig.start(spec(out -> {
        gate.await();
        for (int i = 1; i <= 3; i++) out.emit(i);
        throw new java.io.IOException("announced");
      }));
      rig.start(Stage.consumer("collector", () -> collector).subscribeTo(generator));
      gate.countDown();
      assertThatThrownBy(() -> rig.app().join()).isInstanceOf(StageFailedException.class)
          .hasMessageContaining("rig/generator failed in generate")
          .hasRootCauseMessage("announced");
    }
    assertThat(collector.events).containsExactly(1, 2, 3);
  }

  @Test
  void meetsAConsumerThatSubscribesInTheMiddle() throws Exception {
    try (var rig = new Rig()) {
      var generator = rig.start(Stage.generator("generator", Integer.class, () -> to(Integer.MAX_VALUE))
          .withDispatcher(Dispatcher.broadcast()));
      var first = rig.start(Stage.consumer("first", Collector<Integer>::new).subscribeTo(generator, Demand.max(50)));
      Await.that(rig.app(), first, stage -> stage.count() > 100);
      var second = rig.start(Stage.consumer("second", Collector<Integer>::new).subscribeTo(generator, Demand.max(50)));
      Await.that(rig.app(), second, stage -> stage.count() > 100);
      var got = second.<java.util.List<Integer>>call(stage -> java.util.List.copyOf(stage.events));
      assertThat(got.getFirst()).isGreaterThan(50);
      for (int i = 1; i < got.size(); i++) assertThat(got.get(i)).isEqualTo(got.get(i - 1) + 1);
    }
  }

  @Test
  void refusesItsOutletOnAnotherThreadAndNull() throws Exception {
    var outlet = new LinkedBlockingQueue<Outlet<Integer>>();
    var thrown = new LinkedBlockingQueue<Throwable>();
    try (var rig = new Rig()) {
      var goOn = new CountDownLatch(1);
      rig.start(spec(out -> {
        try {
          out.emit(null);
        } catch (NullPointerException e) {
          thrown.add(e);
        }
        outlet.add(out);
        goOn.await();
      }));
      Outlet<Integer> out = Await.next(rig.app(), outlet);
      String here = Thread.currentThread().getName();
      assertThat(Await.next(rig.app(), thrown)).hasMessage("event must not be null (Reactive Streams rule 2.13)");
      assertThatThrownBy(() -> out.emit(1)).isInstanceOf(ForeignThreadException.class)
          .hasMessage("emit() belongs to thread stage:rig/generator#1, but was called on " + here);
      assertThatThrownBy(out::complete).isInstanceOf(ForeignThreadException.class);
      goOn.countDown();
      rig.app().join();
    }
  }
}
