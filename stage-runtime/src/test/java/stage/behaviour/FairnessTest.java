package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import stage.api.ConsumerRef;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.supervision.Supervisor;

/** Stages that never run out of work must not keep other stages, or other virtual threads, from the processors. */
class FairnessTest {
  /** Forgets its events. */
  private static final class Sink implements Stage.Consumer<Integer> {
    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {}
  }

  @Test
  void startsAndClosesWhileMorePipelinesAreBusyThanThereAreProcessors() throws Exception {
    try (var scope = Supervisor.open("busy")) {
      for (int i = 0; i < 4 * Runtime.getRuntime().availableProcessors(); i++) {
        var numbers = scope.start(Stage.producer("numbers" + i, Integer.class, () -> (demand, out) -> {
          for (long n = 0; n < demand; n++) out.emit(1);
        }));
        ConsumerRef<Integer, Sink> sink = scope.start(Stage.consumer("sink" + i, numbers, Sink::new));
        assertThat(sink.isAlive()).isTrue();
      }
      Thread other = Thread.startVirtualThread(() -> {});
      other.join();
    }
  }

  @Test
  void generatorsThatNeverWaitLetOthersIn() throws Exception {
    var stopped = new AtomicBoolean();
    try (var scope = Supervisor.open("busy")) {
      for (int i = 0; i < 4 * Runtime.getRuntime().availableProcessors(); i++) {
        var numbers = scope.start(Stage.generator("numbers" + i, Integer.class, () -> out -> {
          while (!stopped.get()) out.emit(1);
        }));
        scope.start(Stage.consumer("sink" + i, numbers, Sink::new));
      }
      Thread.startVirtualThread(() -> stopped.set(true)).join();
      scope.join();
    }
  }

  @Test
  void messagesLetEventsIn() throws Exception {
    var done = new AtomicBoolean();
    try (var scope = Supervisor.open("busy")) {
      var numbers = scope.start(Stage.producer("numbers", Integer.class, () -> (demand, out) -> out.emit(1)));
      var sink = scope.start(Stage.consumer("sink", Integer.class, () -> (events, from) -> done.set(true)));
      new Chain(sink, done).again();
      sink.subscribeTo(numbers).id();
      sink.join();
    }
    assertThat(done).isTrue();
  }

  /** A message that sends itself again until an event was handled, and then stops the stage. */
  private record Chain(ConsumerRef<Integer, Stage.Consumer<Integer>> sink, AtomicBoolean done) {
    void again() throws InterruptedException {
      sink.cast(stage -> {
        if (done.get()) sink.stop();
        else again();
      });
    }
  }
}
